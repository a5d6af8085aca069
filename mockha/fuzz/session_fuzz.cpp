// Fuzzes what a client may say in WebSocket messages. The input is a transcript as in
// mockha/tests/golden: each line that begins with "> " is a message; after a line "!" the client is
// one that has not logged in; after a line "." so much time has passed that limits are looked at.
#include "mockha/tests/story.hpp"

#include <boost/json/parse.hpp>

#include <cstdint>
#include <cstdlib>

namespace hassle::mockha {
namespace {

/// Whatever comes in, what goes out is JSON.
void check(const lines& said) {
  for (const auto& line : said) {
    if (!line.starts_with("S ")) continue;
    boost::system::error_code ec;
    boost::json::parse(std::string_view(line).substr(2), ec);
    if (ec) std::abort();
  }
}

void play(std::string_view input) {
  story told;
  told.authenticated();
  story stranger;
  stranger.opened();
  story* now = &told;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    if (line == "!") now = &stranger;
    if (line == ".") check(now->after(std::chrono::seconds(30)).timer());
    if (line.starts_with("> ")) check(now->sends(line.substr(2)));
  }
}

}  // namespace
}  // namespace hassle::mockha

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hassle::mockha::play({reinterpret_cast<const char*>(data), size});
  return 0;
}
