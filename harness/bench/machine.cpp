#include "harness/bench/machine.hpp"

#include <hassle/net/real_world.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/config.hpp>

#include <sys/utsname.h>

#include <fstream>
#include <iterator>
#include <thread>

namespace hassle::harness::bench {

namespace {

std::string kernel() {
  utsname about{};
  if (::uname(&about) != 0) return "unknown";
  return fmt::format("{} {}", about.sysname, about.release);
}

std::string today() {
  boost::asio::io_context context;
  net::real_world world(context, 1);
  return fmt::format("{:%F}", fmt::gmtime(world.time().wall_now()));
}

std::string cpuinfo() {
  std::ifstream in("/proc/cpuinfo");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::string cpu_model(std::string_view cpuinfo) {
  constexpr std::string_view key = "model name";
  const std::size_t line = cpuinfo.find(key);
  if (line == std::string_view::npos) return "unknown";
  const std::string_view rest = cpuinfo.substr(line, cpuinfo.find('\n', line) - line);
  const std::size_t colon = rest.find(": ");
  if (colon == std::string_view::npos) return "unknown";
  return std::string(rest.substr(colon + 2));
}

boost::json::object environment() {
  return {{"hassle", HASSLE_VERSION},
          {"compiler", BOOST_COMPILER},
          {"build", HASSLE_BUILD_TYPE},
          {"cores", std::thread::hardware_concurrency()},
          {"cpu", cpu_model(cpuinfo())},
          {"kernel", kernel()},
          {"date", today()}};
}

}  // namespace hassle::harness::bench
