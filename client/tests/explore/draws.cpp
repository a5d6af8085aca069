#include "draws.hpp"

#include <optional>

namespace hassle::client::explore {

namespace {

extremes search() {
  constexpr std::uint64_t rare = 1ULL << 48U;  // One throw in 65,536.
  net::random_stream dice(1);
  std::optional<net::random_stream> low;
  std::optional<net::random_stream> high;
  while (!low || !high) {
    // Copying is dear: only look closely at a block whose throws include an extreme one.
    net::random_stream block = dice;
    constexpr int block_size = 1024;
    int at = -1;
    for (int i = 0; i < block_size && at < 0; ++i) {
      const std::uint64_t thrown = block();
      if ((thrown < rare && !low) || (thrown > ~rare + 1 && !high)) at = i;
    }
    dice.discard(at < 0 ? block_size : at);
    if (at < 0) continue;
    net::random_stream here = dice;
    if (dice() < rare) {
      low = here;
    } else {
      high = here;
    }
  }
  return {*low, *high};
}

}  // namespace

const extremes& extreme_draws() {
  static const extremes found = search();
  return found;
}

}  // namespace hassle::client::explore
