#include "harness/explore/abort_notice.hpp"

#include <array>
#include <cassert>
#include <csignal>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

namespace hassle::harness::explore {

namespace {

thread_local std::optional<std::uint64_t> seed_under_way;

// An assertion raises the signal in its own thread, so that this may do more than a handler of
// signals that come from elsewhere. Once it returns, `abort` ends the process as ever.
void tell(int) {
  if (!seed_under_way) return;
  std::array<char, 96> text;
  const auto end =
      fmt::format_to_n(text.data(), text.size(),
                       "hassle: this is a bug of hassle, met with seed {}\n", *seed_under_way);
  std::fwrite(text.data(), 1, end.size, stderr);
}

}  // namespace

abort_notice::abort_notice(std::uint64_t seed) {
  assert(!seed_under_way && "one per thread at a time");
  seed_under_way = seed;
  std::signal(SIGABRT, tell);
}

abort_notice::~abort_notice() { seed_under_way.reset(); }

}  // namespace hassle::harness::explore
