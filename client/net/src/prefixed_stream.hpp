#pragma once

#include <hassle/net/byte_stream.hpp>

#include <memory>
#include <string>

namespace hassle::net {

/// A stream of which something was read already: its reader gets that first.
[[nodiscard]] std::unique_ptr<byte_stream> with_prefix(std::string prefix,
                                                       std::unique_ptr<byte_stream> stream);

}  // namespace hassle::net
