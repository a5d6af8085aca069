// What idle connections cost in memory: the resident memory of a process that holds nothing but the
// server. The clients, logged in and silent, live in a child process.
#include "mockha/bench/open_files.hpp"
#include "mockha/bench/raw_client.hpp"
#include "mockha/server.hpp"

#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>

#include <benchmark/benchmark.h>

#include <boost/asio/io_context.hpp>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// A child process with clients: says when they are there, and goes when it is told to.
class crowd {
 public:
  crowd(std::uint16_t port, std::size_t clients) {
    if (::pipe(ready_.data()) != 0 || ::pipe(leave_.data()) != 0) {
      throw std::runtime_error("no pipe");
    }
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("no process");
    if (child_ == 0) be_the_crowd(port, clients);
    ::close(ready_[1]);
    ::close(leave_[0]);
  }
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;
  ~crowd() {
    ::close(leave_[1]);
    ::waitpid(child_, nullptr, 0);
    ::close(ready_[0]);
  }
  /// All clients are there, or the child has failed.
  [[nodiscard]] bool is_ready() const {
    pollfd ready{.fd = ready_[0], .events = POLLIN, .revents = 0};
    return ::poll(&ready, 1, 0) > 0;
  }
  [[nodiscard]] bool has_failed() const {
    char done = 0;
    return ::read(ready_[0], &done, 1) != 1;
  }

 private:
  [[noreturn]] void be_the_crowd(std::uint16_t port, std::size_t clients) {
    ::close(leave_[1]);
    try {
      std::vector<raw_client> all;
      for (std::size_t i = 0; i < clients; ++i) {
        all.emplace_back(port).authenticate(default_access_token);
      }
      char done = 1;
      if (::write(ready_[1], &done, 1) == 1) (void)!::read(leave_[0], &done, 1);
    } catch (const std::exception&) {
    }
    ::_exit(0);
  }

  std::array<int, 2> ready_{};
  std::array<int, 2> leave_{};
  pid_t child_ = -1;
};

void idle_connections(benchmark::State& state) {
  constexpr std::size_t other_files = 50;
  const auto wanted = static_cast<std::size_t>(state.range(0));
  const std::size_t count = std::min(wanted, allow_open_files(wanted + other_files) - other_files);
  boost::asio::io_context context{1};
  net::real_world world(context, 1);
  server mockha(world, {}, nullptr);
  const auto listening = mockha.start({"127.0.0.1", 0});
  if (!listening) return state.SkipWithError("cannot listen");
  for (auto _ : state) {
    const double before = resident_bytes();
    const crowd clients(listening->port, count);
    while (!clients.is_ready()) context.run_for(1ms);
    if (clients.has_failed()) {
      state.SkipWithError("the clients failed");
      break;
    }
    context.poll();
    const double after = resident_bytes();
    state.counters["connections"] = static_cast<double>(mockha.connections());
    state.counters["bytes_per_connection"] = (after - before) / static_cast<double>(count);
    state.counters["server_MB"] = after * 1e-6;
  }
  net::task_group last(world.executor());
  last.spawn(mockha.stop());
  context.run();
}
BENCHMARK(idle_connections)->Arg(10'000)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace hassle::mockha

BENCHMARK_MAIN();
