#pragma once

#include <string>
#include <vector>

namespace hassle::harness::cli {

/// Which scenarios of the library. What is empty chooses nothing and leaves none out; a scenario
/// has to fit each of the others, by one of its words.
struct suite_filter {
  std::vector<std::string> tags;
  std::vector<std::string> layers;  ///< That are responsible: the tag "layer:health".
  std::vector<std::string> groups;  ///< Folders: "restart".

  [[nodiscard]] bool empty() const { return tags.empty() && layers.empty() && groups.empty(); }
};

}  // namespace hassle::harness::cli
