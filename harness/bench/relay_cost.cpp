#include "harness/bench/relay_cost.hpp"

#include "harness/bench/samples.hpp"
#include "harness/relay/relay.hpp"

#include <hassle/net/real_world.hpp>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace hassle::harness::bench {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// A listening socket and the sockets of both ends.
class echo_place {
 public:
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  tcp::socket dial(std::uint16_t to) {
    tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), to});
    socket.set_option(tcp::no_delay(true));
    return socket;
  }
  tcp::socket accept() {
    tcp::socket socket = acceptor_.accept();
    socket.set_option(tcp::no_delay(true));
    return socket;
  }

 private:
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
};

/// A relay on a thread of its own.
class relay_thread {
 public:
  explicit relay_thread(std::uint16_t upstream)
      : relay_(world_, {"127.0.0.1", upstream}, {.latency = {}}, 1, [](const reports::event&) {}) {
    const auto ec = relay_.listen({"127.0.0.1", 0});
    if (ec) std::abort();
    thread_ = std::thread([this] { context_.run(); });
  }
  relay_thread(const relay_thread&) = delete;
  relay_thread& operator=(const relay_thread&) = delete;
  ~relay_thread() {
    asio::post(context_, [this] { relay_.stop(); });
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return relay_.local_endpoint().port; }

 private:
  asio::io_context context_{1};
  net::real_world world_{context_, 1};
  harness::relay relay_;
  std::thread thread_;
};

/// Copies from one socket to another until the end, with nothing else in between.
void copy_all(tcp::socket& from, tcp::socket& to) {
  std::string chunk(1U << 20U, '\0');
  boost::system::error_code ec;
  while (!ec) {
    const std::size_t got = from.read_some(asio::buffer(chunk), ec);
    if (!ec) asio::write(to, asio::buffer(chunk.data(), got), ec);
  }
  to.shutdown(tcp::socket::shutdown_send, ec);
}

/// Connections to the same place: direct, through the relay, and through a bare loop.
struct three_ways {
  three_ways() {
    threads.emplace_back([this] { copy_all(floor_in, floor_out); });
    threads.emplace_back([this] { copy_all(floor_out, floor_in); });
  }
  three_ways(const three_ways&) = delete;
  three_ways& operator=(const three_ways&) = delete;
  ~three_ways() {
    for (tcp::socket* each : {&floor, &floor_server}) {
      boost::system::error_code ignored;
      each->close(ignored);
    }
    for (std::thread& each : threads) each.join();
  }
  echo_place place;
  echo_place floor_place;
  relay_thread between{place.port()};
  tcp::socket direct = place.dial(place.port());
  tcp::socket direct_server = place.accept();
  tcp::socket relayed = place.dial(between.port());
  tcp::socket relayed_server = place.accept();
  tcp::socket floor = floor_place.dial(floor_place.port());
  tcp::socket floor_in = floor_place.accept();
  tcp::socket floor_out = place.dial(place.port());
  tcp::socket floor_server = place.accept();
  std::vector<std::thread> threads;
};

using message = std::array<char, 128>;

void echo(tcp::socket& at) {
  message text{};
  boost::system::error_code ec;
  while (!ec) {
    asio::read(at, asio::buffer(text), ec);
    if (!ec) asio::write(at, asio::buffer(text), ec);
  }
}

double round_trip_us(tcp::socket& over) {
  message text{};
  const auto began = net::machine_now();
  asio::write(over, asio::buffer(text));
  asio::read(over, asio::buffer(text));
  return std::chrono::duration<double, std::micro>(net::machine_now() - began).count();
}

constexpr std::size_t bulk_turn = 64U << 20U;

/// Seconds for so many bytes from one end to the other.
double transfer(tcp::socket& from, tcp::socket& to) {
  const auto began = net::machine_now();
  std::thread writer([&from] {
    const std::string chunk(256U << 10U, 'x');
    for (std::size_t sent = 0; sent < bulk_turn; sent += chunk.size()) {
      asio::write(from, asio::buffer(chunk));
    }
  });
  std::string into(256U << 10U, '\0');
  for (std::size_t got = 0; got < bulk_turn;) got += to.read_some(asio::buffer(into));
  writer.join();
  return std::chrono::duration<double>(net::machine_now() - began).count();
}

constexpr unsigned turn_of_round_trips = 100;
constexpr unsigned bulk_turns = 12;

bool wants_out(const relay_options& how) { return how.interrupted != nullptr && *how.interrupted; }

bool measure_latency(const relay_options& how, std::vector<figure>& rows) {
  three_ways ways;
  std::thread direct_echo([&] { echo(ways.direct_server); });
  std::thread relayed_echo([&] { echo(ways.relayed_server); });
  std::thread floor_echo([&] { echo(ways.floor_server); });
  samples direct;
  samples relayed;
  samples floor;
  while (relayed.size() < how.round_trips && !wants_out(how)) {
    for (unsigned i = 0; i < turn_of_round_trips; ++i) {
      direct.add(round_trip_us(ways.direct));
      relayed.add(round_trip_us(ways.relayed));
      floor.add(round_trip_us(ways.floor));
    }
    if (how.on_progress) how.on_progress(relayed.size(), how.round_trips);
  }
  ways.direct.close();
  ways.relayed.close();
  ways.floor.close();
  direct_echo.join();
  relayed_echo.join();
  floor_echo.join();
  for (const auto& [name, part] : {std::pair("p50", 0.5), std::pair("p90", 0.9)}) {
    const auto base = direct.quantile(part);
    const auto with = relayed.quantile(part);
    const auto least = floor.quantile(part);
    rows.push_back({fmt::format("round_trip_{}", name), with, "us", base});
    if (!base || !with || !least) continue;
    rows.push_back({fmt::format("added_{}", name), *with - *base, "us", *least - *base});
  }
  return !wants_out(how);
}

bool measure_throughput(const relay_options& how, std::vector<figure>& rows) {
  three_ways ways;
  samples direct;
  samples relayed;
  samples floor;
  for (unsigned i = 0; i < bulk_turns && !wants_out(how); ++i) {
    direct.add(transfer(ways.direct, ways.direct_server));
    relayed.add(transfer(ways.relayed, ways.relayed_server));
    floor.add(transfer(ways.floor, ways.floor_server));
  }
  const double mib = static_cast<double>(bulk_turn) / (1U << 20U);
  if (floor.size() > 0) {
    rows.push_back({"throughput", mib / *relayed.median(), "MiB/s", mib / *direct.median()});
    rows.push_back(
        {"bare_loop.throughput", mib / *floor.median(), "MiB/s", mib / *direct.median()});
  }
  return !wants_out(how);
}

}  // namespace

relay_result measure_relay(const relay_options& how) {
  relay_result result;
  result.complete = measure_latency(how, result.rows) && measure_throughput(how, result.rows);
  return result;
}

std::string relay_goals(const relay_result& measured) {
  const auto find = [&](std::string_view name) {
    const auto found = std::ranges::find(measured.rows, name, &figure::name);
    return found == measured.rows.end() ? nullptr : &*found;
  };
  std::string text;
  if (const figure* added = find("added_p50"); added != nullptr && added->value) {
    text += fmt::format(
        "{}: {:.1f} us added to a round trip at the median (goal: at most {}; a bare "
        "loop of recv and send adds {})\n",
        *added->value <= relay_added_most_us ? "Reached" : "Not reached", *added->value,
        relay_added_most_us, short_number(added->baseline));
  }
  const figure* bare = find("bare_loop.throughput");
  const double bare_ratio = bare == nullptr ? 0 : bare->ratio().value_or(0);
  if (const figure* bulk = find("throughput"); bulk != nullptr && bulk->ratio()) {
    text += fmt::format(
        "{}: {:.2f} times the throughput of a direct connection (goal: {}; a "
        "bare loop has {:.2f})\n",
        *bulk->ratio() >= relay_throughput_least ? "Reached" : "Not reached", *bulk->ratio(),
        relay_throughput_least, bare_ratio);
  }
  return text;
}

}  // namespace hassle::harness::bench
