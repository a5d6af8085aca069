#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::mockha {

/// What frontends keep at the server: JSON values by key, for each user and for all. Thread-safety:
/// single-threaded.
class frontend_data {
 public:
  static constexpr std::size_t values_max = 1'000;                 ///< Together.
  static constexpr std::size_t bytes_max = std::size_t{8} << 20U;  ///< Of all keys and values.

  /// False if there is no room for it. `user_id` is empty for the data of all.
  bool set(std::string_view user_id, std::string_view key, std::string value);
  /// "null" if there is none.
  [[nodiscard]] std::string_view find(std::string_view user_id, std::string_view key) const;
  /// All of one user, as a JSON object.
  [[nodiscard]] std::string all_of(std::string_view user_id) const;

 private:
  using name = std::pair<std::string, std::string>;
  std::map<name, std::string> values_;
  std::size_t bytes_ = 0;
};

}  // namespace hassle::mockha
