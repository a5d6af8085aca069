// Stands in for src/engine/dialler.cpp: the linker takes the first definition that it finds, and
// these are found before the library's.
#include "fake_dialler.hpp"

#include <utility>

namespace hassle::client {

struct dialler::parts {};
struct dialler::journey {};

std::string_view name_of(dial_stage) noexcept { return "stage"; }

dialler::dialler(engine_context& shared) : shared_(shared) {
  endpoints_.push_back({.server = shared.settings.server});
  if (!shared.settings.failover) return;
  for (const endpoint_config& each : shared.settings.failover->others) endpoints_.push_back(each);
}

dialler::~dialler() = default;

bool dialler::give_up_deflate(std::size_t) noexcept { return false; }

asio::awaitable<std::expected<dialled, dial_error>> dialler::dial(std::size_t endpoint,
                                                                  std::uint32_t attempt) {
  auto reached = co_await dynamic_cast<dialling_world&>(shared_.world).dial(endpoint, attempt);
  if (!reached) co_return std::unexpected(std::move(reached.error()));
  dialled result;
  result.socket = std::move(*reached);
  result.endpoint = endpoint;
  co_return result;
}

asio::awaitable<std::expected<std::unique_ptr<net::byte_stream>, dial_error>> dialler::open_stream(
    std::size_t, std::uint32_t) {
  co_return std::unexpected(dial_error{});
}

}  // namespace hassle::client
