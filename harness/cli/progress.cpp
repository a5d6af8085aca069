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

std::chrono::duration<double> progress::elapsed() const { return clock::now() - began_; }

bool progress::is_due() {
  if (!on_) return false;
  const auto now = clock::now();
  if (now - last_ < between_updates) return false;
  last_ = now;
  shown_ = true;
  return true;
}

void progress::update(std::size_t done, std::size_t all) {
  if (done == 0 || !is_due()) return;
  const double left =
      elapsed().count() * static_cast<double>(all - done) / static_cast<double>(done);
  fmt::print(stderr, "\r\x1b[K{}/{} runs, {}%, about {:.0f} s left", done, all, 100 * done / all,
             left);
  std::fflush(stderr);
}

void progress::update(std::string_view how_far) {
  if (!is_due()) return;
  fmt::print(stderr, "\r\x1b[K{}", how_far);
  std::fflush(stderr);
}

}  // namespace hassle::harness::cli
