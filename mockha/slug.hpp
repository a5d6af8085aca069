#pragma once

#include <string>
#include <string_view>

namespace hassle::mockha {

/// A text as part of an entity id: "Living Room (old)" is "living_room_old". Letters of Latin-1
/// lose their accents, other characters are left out; "unknown" where nothing remains of a text.
[[nodiscard]] std::string slug_of(std::string_view text);

}  // namespace hassle::mockha
