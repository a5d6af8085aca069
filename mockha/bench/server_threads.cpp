#include "mockha/bench/server_threads.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>
#include <sched.h>
#include <ctime>

#include <future>
#include <stdexcept>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr int servers_core = 0;

void pin(pthread_t thread, bool to_servers_core) {
  const unsigned cores = std::thread::hardware_concurrency();
  if (cores < 2) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (unsigned core = 0; core < cores; ++core) {
    if ((core == servers_core) == to_servers_core) CPU_SET(core, &set);
  }
  ::pthread_setaffinity_np(thread, sizeof set, &set);  // Not allowed everywhere; goes without.
}

}  // namespace

void stay_off_the_servers_core() { pin(::pthread_self(), false); }

void server_thread::start() {
  thread_ = std::thread([this] { context.run(); });
  pin(thread_.native_handle(), true);
}

double server_thread::processor_time() const {
  clockid_t clock{};
  timespec now{};
  if (::pthread_getcpuclockid(const_cast<std::thread&>(thread_).native_handle(), &clock) != 0 ||
      ::clock_gettime(clock, &now) != 0) {
    throw std::runtime_error("no clock of the server's thread");
  }
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

mockha_thread::mockha_thread(server_config config, const std::function<void(server&)>& prepare)
    : server_(world_, std::move(config), nullptr) {
  const auto listening = server_.start({"127.0.0.1", 0});
  if (!listening) throw std::runtime_error(listening.error().message());
  port_ = listening->port;
  if (prepare) prepare(server_);
  thread_.start();
}

mockha_thread::~mockha_thread() {
  boost::asio::post(thread_.context, [this] { tasks_.spawn(server_.stop()); });
  thread_.join();
}

void mockha_thread::post(std::function<void(server&)> what) {
  boost::asio::post(thread_.context, [this, does = std::move(what)] { does(server_); });
}

void mockha_thread::call(const std::function<void(server&)>& what) {
  std::promise<void> done;
  boost::asio::post(thread_.context, [&] {
    what(server_);
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace hassle::mockha
