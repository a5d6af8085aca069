#pragma once

#include "reports/report.hpp"

#include <expected>
#include <string>
#include <vector>

namespace hassle::reports {

/// A measurement, and the file that it came from.
struct shard_file {
  std::string name;
  measurement of;
};

/// Puts shards together to what one invocation would have measured without them. The shards may
/// come in any order. The error is a sentence: shards that do not belong together, that are there
/// twice, or not at all. A single whole is itself. REQUIRES: not empty.
[[nodiscard]] std::expected<measurement, std::string> merge(std::vector<shard_file> shards);

}  // namespace hassle::reports
