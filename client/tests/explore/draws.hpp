#pragma once

#include <hassle/net/world.hpp>

namespace hassle::client::explore {

/// Dice whose next throw is, to 16 bits, as low or as high as a throw can be: with them every draw
/// from a range of less than 32,768 values gives its least or its largest. Only the first throw of
/// a copy.
struct extremes {
  net::random_stream low;
  net::random_stream high;
};
[[nodiscard]] const extremes& extreme_draws();

}  // namespace hassle::client::explore
