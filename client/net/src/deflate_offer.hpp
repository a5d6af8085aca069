#pragma once

#include <string>
#include <string_view>

namespace hassle::net {

/// The first offer of permessage-deflate in a Sec-WebSocket-Extensions header that a server like
/// Home Assistant's accepts, cut down to what its answer may repeat: nothing about the client's
/// direction, which is inflated whatever it is. Empty if there is none.
[[nodiscard]] std::string acceptable_offer(std::string_view extensions);

}  // namespace hassle::net
