#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// Rules of the project that no compiler checks: what must not be used where, who may include whom.
/// Returns a sentence for each violation in a source file, "path:line: …".
/// `path` is relative to the project, with forward slashes.
[[nodiscard]] std::vector<std::string> source_violations(std::string_view path,
                                                         std::string_view text);

}  // namespace hassle::harness
