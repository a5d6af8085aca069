#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// Which entities pass `include` and `exclude` of a command: Home Assistant's entity filter.
///
/// Names win over patterns, patterns over domains, and what is included over what is excluded. What
/// nothing is said about passes unless something was included.
class entity_filter {
 public:
  entity_filter() = default;
  /// Each is `{"domains":…,"entity_globs":…,"entities":…}` whose form was found good, or null.
  entity_filter(const boost::json::object* include, const boost::json::object* exclude);

  [[nodiscard]] bool passes(std::string_view entity_id) const;

 private:
  struct rule {
    std::vector<std::string> domains;   // Sorted.
    std::vector<std::string> entities;  // Sorted.
    std::vector<std::string> globs;

    [[nodiscard]] bool empty() const noexcept {
      return domains.empty() && entities.empty() && globs.empty();
    }
  };
  static rule read(const boost::json::object* from);

  rule include_;
  rule exclude_;
};

}  // namespace hassle::mockha
