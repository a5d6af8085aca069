// Fuzzes what people write: the settings of a client, and the URLs in them. Settings that are taken
// must be valid.
#include <hassle/client/endpoint.hpp>
#include <hassle/client/lint.hpp>
#include <hassle/client/toml_config.hpp>
#include <hassle/client/validate.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hassle::client {
namespace {

void play(std::string_view input) {
  (void)endpoint_from_url(input);
  (void)proxy_from_url(input, input);
  const auto settings = parse_config(input, {});
  if (!settings) {
    assert(!settings.error().empty());
    return;
  }
  assert(validate(*settings).empty());
  (void)to_text(lint(*settings));
  (void)to_toml(*settings);
}

}  // namespace
}  // namespace hassle::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hassle::client::play({reinterpret_cast<const char*>(data), size});
  return 0;
}
