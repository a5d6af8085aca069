// Fuzzes what a server may tell a mirror, over connections that come and go. One line is one text
// frame; "!" loses the connection and makes another, "@" lets a quarter of an hour pass.
#include "client/src/cores/state_history.hpp"
#include "client/tests/engine/mirror_fixture.hpp"

#include <hassle/protocol/message.hpp>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace hassle::client {
namespace {

constexpr std::size_t entities_max = 8;
constexpr int lines_max = 64;

void check(const mirror_world& here) {
  const state_mirror& states = here.states.states();
  assert(states.size() <= entities_max);
  const command read{.body = {{"type", "get_states"}}};
  if (const auto answer = here.states.answer(read, here.clock)) {
    assert(answer->result->as_array().size() == states.size());
    assert(answer->age >= duration::zero());
  }
  const state_history& history = here.states.history();
  for (const auto& [entity_id, state] : states.all()) (void)history.since(entity_id, 0);
}

void play(std::string_view input) {
  mirror_world here({.entities_max = entities_max});
  recording_mirror_listener heard;
  here.states.hear(&heard);
  auto session = here.connect();
  for (int n = 0; n < lines_max && !input.empty(); ++n) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    if (line == "!") {
      here.lose(session);
      session = here.connect();
    } else if (line == "@") {
      here.advance(15min);
    } else if (auto messages = protocol::parse_server_frame(line)) {
      for (auto& each : *messages) session->give(each.id, each);
    }
    check(here);
  }
}

}  // namespace
}  // namespace hassle::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hassle::client::play({reinterpret_cast<const char*>(data), size});
  return 0;
}
