#include "harness/cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace hassle::harness::cli {

using clock = std::chrono::steady_clock;  // A person is watching: this is about real time.

namespace {

constexpr auto between_updates = std::chrono::milliseconds(100);

}  // namespace

progress::progress(bool on) : on_(on), began_(clock::now()), last_(began_) {}

progress::~progress() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void progress::update(std::size_t done, std::size_t all) {
  if (!on_) return;
  const auto now = clock::now();
  if (now - last_ < between_updates || done == 0) return;
  last_ = now;
  shown_ = true;
  const double passed = std::chrono::duration<double>(now - began_).count();
  const double left = passed * static_cast<double>(all - done) / static_cast<double>(done);
  fmt::print(stderr, "\r\x1b[K{}/{} runs, {}%, about {:.0f} s left", done, all, 100 * done / all,
             left);
  std::fflush(stderr);
}

}  // namespace hassle::harness::cli
