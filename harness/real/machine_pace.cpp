#include "harness/real/machine_pace.hpp"

#include <hassle/net/real_world.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace hassle::harness {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t round_trips = 201;

bool pass(tcp::socket& from, tcp::socket& to) {
  std::array<char, 1> byte{};
  boost::system::error_code ec;
  asio::write(from, asio::buffer(byte), ec);
  if (!ec) asio::read(to, asio::buffer(byte), ec);
  return !ec;
}

bool connect(tcp::socket& near, tcp::socket& far) {
  boost::system::error_code ec;
  tcp::acceptor acceptor(near.get_executor());
  const tcp::endpoint anywhere(asio::ip::address_v4::loopback(), 0);
  acceptor.open(tcp::v4(), ec);
  if (!ec) acceptor.bind(anywhere, ec);
  if (!ec) acceptor.listen(1, ec);
  if (!ec) near.connect(acceptor.local_endpoint(ec), ec);
  if (!ec) acceptor.accept(far, ec);
  if (!ec) near.set_option(tcp::no_delay(true), ec);
  if (!ec) far.set_option(tcp::no_delay(true), ec);
  return !ec;
}

double microseconds(net::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

}  // namespace

net::duration round_trip_on_loopback() {
  asio::io_context context;
  tcp::socket near(context);
  tcp::socket far(context);
  if (!connect(near, far)) return {};
  std::array<net::duration, round_trips> took{};
  for (net::duration& each : took) {
    const net::time_point began = net::machine_now();
    if (!pass(near, far) || !pass(far, near)) return {};
    each = net::machine_now() - began;
  }
  auto* const median = took.begin() + (round_trips / 2);
  std::nth_element(took.begin(), median, took.end());
  return *median;
}

std::optional<std::string> too_slow(net::duration round_trip, double time_scale) {
  assert(round_trip >= net::duration::zero() && time_scale > 0);
  const double fastest = microseconds(step_late_max) / std::max(microseconds(round_trip), 1e-3);
  if (time_scale <= fastest) return std::nullopt;
  return fmt::format(
      "this machine is too slow to keep the schedule at a time scale of {}: a byte takes {:.1f} µs "
      "over loopback and back, and a step may be {} ms of the scenario's time late; --time-scale "
      "{} can be kept",
      time_scale, microseconds(round_trip),
      std::chrono::duration_cast<std::chrono::milliseconds>(step_late_max).count(),
      fastest >= 1 ? std::floor(fastest) : fastest);
}

}  // namespace hassle::harness
