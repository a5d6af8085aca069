#pragma once

#include "harness/proxy/toxic.hpp"
#include "harness/relay/relay.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/task_group.hpp>
#include <hassle/net/world.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// Why the board does not do what it was asked for, as Toxiproxy says it.
struct board_refusal {
  unsigned status = 400;
  std::string why;
};

struct board_limits {
  std::size_t proxies = 256;       ///< > 0
  std::size_t toxics = 64;         ///< Of one proxy. > 0
  std::size_t name = 256;          ///< Bytes. > 0
  std::size_t connections = 4096;  ///< Of one proxy at once; more are reset. > 0
};

/// How a proxy is to be.
struct proxy_wish {
  std::string name;
  std::string listen;    ///< "127.0.0.1:18123"; port 0 picks a free one.
  std::string upstream;  ///< "HOST:PORT", or an address of `upstream_of`.
  bool enabled = true;
};

/// Where a URL or "HOST:PORT" leads. Over TLS, bytes are passed on as they are.
struct upstream_place {
  net::endpoint at;
  bool plain = false;  ///< ws:// or http://: messages can be looked at.
};
[[nodiscard]] std::expected<upstream_place, std::string> upstream_of(std::string_view text);

/// Relays with names and toxics: what the control API controls.
///
/// `stop` and `join` it before it dies. Thread-safety: single-threaded.
class proxy_board {
 public:
  /// What it tells people: "laptop: connection 3: latency_downstream". Without secrets.
  using teller = std::function<void(std::string)>;
  struct proxy {
    proxy_wish wish;  ///< `listen` with the port that was picked.
    std::vector<toxic> toxics;
    std::unique_ptr<relay> running;  ///< None while it is disabled.
  };
  struct totals {
    std::uint64_t connections = 0;
    std::uint64_t bytes = 0;
    std::map<std::string, std::uint64_t> hits;  ///< Connections, by the name of what hit them.
  };

  proxy_board(net::world& world, std::uint64_t seed, teller tell, const board_limits& limits = {});
  proxy_board(const proxy_board&) = delete;
  proxy_board& operator=(const proxy_board&) = delete;
  ~proxy_board();

  [[nodiscard]] std::expected<const proxy*, board_refusal> add(proxy_wish wish);
  /// Listens or leads elsewhere, or is switched on or off: its connections end.
  [[nodiscard]] std::expected<const proxy*, board_refusal> change(const proxy_wish& wish);
  [[nodiscard]] std::expected<void, board_refusal> remove(std::string_view name);
  [[nodiscard]] const proxy* find(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, proxy, std::less<>>& all() const { return proxies_; }

  [[nodiscard]] std::expected<const toxic*, board_refusal> add_toxic(std::string_view of, toxic t);
  [[nodiscard]] std::expected<const toxic*, board_refusal> change_toxic(std::string_view of,
                                                                        toxic t);
  [[nodiscard]] std::expected<void, board_refusal> remove_toxic(std::string_view of,
                                                                std::string_view name);
  /// All are enabled, and no toxic is left. False if one cannot listen.
  bool reset();

  /// The network that proxies made from now on play. Before `add`.
  void set_path(const scenario::network& path) { path_ = path; }
  /// Spoils offers of compression to plain upstreams, so that messages can be read. Before `add`.
  void keep_compression() { hide_extensions_ = false; }
  /// Of all proxies. False for kinds that a relay cannot do.
  [[nodiscard]] bool begin_fault(const scenario::fault& what,
                                 const scenario::planned_fault& occurrence);
  void end_fault(const scenario::fault& what, const scenario::planned_fault& occurrence);

  [[nodiscard]] totals counted() const;
  void stop() noexcept;
  [[nodiscard]] asio::awaitable<void> join();

 private:
  [[nodiscard]] std::expected<void, board_refusal> start(proxy& p);
  [[nodiscard]] connection_shape shape(const proxy& p, bool plain, std::uint32_t connection);
  void retire(proxy& p);
  asio::awaitable<void> outlive(std::unique_ptr<relay> old);
  [[nodiscard]] proxy* known(std::string_view name);
  void note_hit(const std::string& of, std::uint32_t connection, const std::string& what);

  net::world& world_;
  std::uint64_t seed_;
  teller tell_;
  board_limits limits_;
  scenario::network path_{.latency = {}};
  bool hide_extensions_ = true;
  std::map<std::string, proxy, std::less<>> proxies_;
  static constexpr std::uint32_t first_toxic = 1U << 30U;  // Numbers of faults lie below.
  std::uint32_t last_toxic_ = first_toxic;
  totals past_;  // Of relays that are gone; `hits` of all.
  net::task_group tasks_;
};

}  // namespace hassle::harness
