#include "harness/cli/interrupt.hpp"

#include "harness/cli/exit_status.hpp"

#include <unistd.h>

#include <csignal>

namespace hassle::harness::cli {

namespace {

// A signal handler can reach nothing but a global.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) {
  if (interrupted.exchange(true)) _exit(static_cast<int>(exit_status::interrupted));
}

}  // namespace

interrupt_guard::interrupt_guard() {
  interrupted = false;
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

interrupt_guard::~interrupt_guard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

const std::atomic<bool>* interrupt_guard::flag() const noexcept { return &interrupted; }

}  // namespace hassle::harness::cli
