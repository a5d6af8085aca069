#pragma once

#include <string>

namespace hassle::reports {

/// Puts the key of the example in RFC 6455 in the place of each Sec-WebSocket-Key, which is thrown
/// with dice, and the example's answer in the place of a right answer to one of them. A wrong
/// answer stays what it is. Both texts are all that was said that way, and may end anywhere; their
/// sizes stay.
void settle_upgrades(std::string& from_client, std::string& from_server);

}  // namespace hassle::reports
