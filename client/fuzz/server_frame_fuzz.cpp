// Fuzzes what a server may send: a text frame, and every struct that its payloads are read into.
#include <hassle/client/typed.hpp>
#include <hassle/protocol/message.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hassle::client {
namespace {

void read_all(const boost::json::value& payload) {
  (void)read_states(payload);
  (void)read_state(payload);
  (void)read_config(payload);
  (void)read_service_response(payload);
  (void)read_event(payload);
  (void)read_trigger(payload);
  (void)read_rendered(payload);
}

void play(std::string_view input) {
  using kind = protocol::server_message::kind;
  (void)parse_time(input);
  const auto messages = protocol::parse_server_frame(input);
  if (!messages) return;
  for (const auto& each : *messages) {
    assert(each.payload == nullptr || each.what == kind::event ||
           (each.what == kind::result && each.success));
    if (each.payload != nullptr) read_all(*each.payload);
  }
}

}  // namespace
}  // namespace hassle::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hassle::client::play({reinterpret_cast<const char*>(data), size});
  return 0;
}
