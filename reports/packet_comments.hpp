#pragma once

#include "reports/journal.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace hassle::reports {

/// What a journal has to say beside packets: faults, ends of connections, commands. Each sentence
/// goes to the next packet of its connection, or to the next one of all. The journal outlives it.
class packet_comments {
 public:
  explicit packet_comments(const journal& j) : journal_(j) {}

  /// A line for each sentence; may be empty. Instants of packets never decrease.
  [[nodiscard]] std::string before(std::chrono::nanoseconds at, std::uint32_t connection);

 private:
  const journal& journal_;
  std::size_t next_ = 0;
  std::map<std::uint32_t, std::string> waiting_;  // By connection; 0: of none.
};

}  // namespace hassle::reports
