#pragma once

#include "reports/wire_capture.hpp"

#include <span>
#include <string_view>

namespace hassle::reports {

/// Takes the place of each character that may not be shown.
inline constexpr char redacted = 'x';

/// Makes a capture fit to be shown, wherever its streams were cut into pieces. Sizes stay.
///
/// What logs somebody in is overwritten (see `secret_places`). Compressed messages are overwritten
/// whole: what they say shows only in context. What was thrown with dice that are not the run's
/// gives way to constants, so that equal runs have equal captures: keys of masks become 0, for
/// upgrades see `settle_upgrades`. TLS is left as it is: nobody can read it, and no two connections
/// are equal.
void redact(wire_capture& capture, std::span<const std::string_view> known);

}  // namespace hassle::reports
