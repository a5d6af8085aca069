#pragma once

#include "reports/journal.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace hassle::reports {

/// The connections of the client under test, as far as it told of them: those of a herd, which
/// servers and the network tell of as well, are none of it.
class own_connections {
 public:
  explicit own_connections(const journal& j) {
    for (const event& e : j.events()) {
      const bool told = e.kind == event_kind::attempt_stage || e.kind == event_kind::client_ready ||
                        e.kind == event_kind::attempt_failed;
      if (told && e.connection != 0) own_.push_back(e.connection);
    }
    std::ranges::sort(own_);
  }
  [[nodiscard]] bool contains(std::uint32_t connection) const {
    return std::ranges::binary_search(own_, connection);
  }

 private:
  std::vector<std::uint32_t> own_;
};

/// The server has refused a token. One that never came (the server's "timeout") is none.
[[nodiscard]] inline bool is_refusal(const event& e) {
  return e.kind == event_kind::server_auth && e.text != "ok" && e.text != "timeout";
}

}  // namespace hassle::reports
