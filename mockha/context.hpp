#pragma once

#include "mockha/wall_time.hpp"

#include <hassle/net/world.hpp>

#include <string>

namespace hassle::mockha {

/// Who or what caused something: Home Assistant's Context. Empty strings stand for null.
struct context {
  std::string id;         ///< ULID: 26 characters of Crockford base32, the first 10 the time.
  std::string parent_id;  ///< Id of the causing context.
  std::string user_id;    ///< 32 hex characters.

  bool operator==(const context&) const = default;
};

/// Appends `{"id":…,"parent_id":…,"user_id":…}`.
void append_context(std::string& to, const context& of);

/// Makes contexts: the same ids for the same times and the same random stream.
class context_source {
 public:
  explicit context_source(net::random_stream random) : random_(random) {}

  [[nodiscard]] context make(wall_time now, std::string user_id = {});

 private:
  net::random_stream random_;
};

}  // namespace hassle::mockha
