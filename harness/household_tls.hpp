#pragma once

#include "scenarios/scenario.hpp"

#include <hassle/client/config.hpp>
#include <hassle/net/tls.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hassle::harness {

namespace asio = boost::asio;

/// TLS as Home Assistant speaks it in a simulated household, real but for the key, and what goes
/// wrong with its handshakes. Thread-safety: single-threaded.
class household_tls final : public net::tls_server {
 public:
  /// A fault touched a connection.
  using on_hit =
      std::function<void(std::uint32_t number, const std::string& fault, std::uint32_t connection)>;

  explicit household_tls(on_hit hit);

  /// What a client of the household needs. Those of style `lee` do not speak TLS.
  static void trust(client::config& settings);

  /// Handshakes that begin from now on. Where there are several, the one that began first.
  void begin(std::uint32_t number, const scenario::fault& what);
  void end(std::uint32_t number);

  [[nodiscard]] asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> accept(
      std::unique_ptr<net::byte_stream> stream) override;

 private:
  using flaw = scenario::tls_fault::flaw;
  struct in_force {
    std::uint32_t number = 0;
    std::string name;
    flaw how{};
    std::vector<std::uint32_t> connections;  // Empty: all.
    std::uint32_t seen = 0;
  };

  const in_force* find(std::uint32_t connection);

  on_hit hit_;
  std::vector<in_force> faults_;
  std::unique_ptr<net::tls_server> good_;
  std::map<flaw, std::unique_ptr<net::tls_server>> flawed_;
};

}  // namespace hassle::harness
