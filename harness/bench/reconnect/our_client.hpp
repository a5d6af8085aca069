#pragma once

#include "harness/bench/reconnect/contender.hpp"

#include <hassle/client/config.hpp>
#include <hassle/net/world.hpp>

#include <memory>

namespace hassle::harness::bench {

/// Our client with some layers. The world outlives it.
[[nodiscard]] std::unique_ptr<contender> make_our_client(net::world& world,
                                                         client::config settings);

}  // namespace hassle::harness::bench
