#pragma once

#include "reports/analysis.hpp"
#include "reports/timeline.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace hassle::reports {

/// A run's journal, indexed for questions about single commands. The journal must outlive it.
class investigation {
 public:
  explicit investigation(const journal& j);

  [[nodiscard]] const std::vector<command_story>& stories() const noexcept { return stories_; }
  [[nodiscard]] const std::vector<event>& events() const noexcept { return events_; }
  [[nodiscard]] const timeline& broken() const noexcept { return broken_; }

  /// Null if no such command was issued.
  [[nodiscard]] const command_story* find(std::uint32_t number) const;
  /// Connections that mattered to a command, ascending: those it was sent on, those dialed while it
  /// waited, and the ones that were there when it was issued if it was sent on none.
  [[nodiscard]] std::vector<std::uint32_t> connections_of(const command_story& story) const;
  /// Indices of the events of a connection, in order.
  [[nodiscard]] const std::vector<std::size_t>& events_of(std::uint32_t connection) const;
  /// Indices of the events of a message: sent, received, executed, answered, lost, taken,
  /// discarded.
  [[nodiscard]] const std::vector<std::size_t>& events_of(std::uint32_t connection,
                                                          std::int64_t id) const;
  /// Indices of the events about processes, hosts, breakers and the client's connections: few, so
  /// that questions about the state at some instant need not look at every event.
  [[nodiscard]] const std::vector<std::size_t>& landmarks() const noexcept { return landmarks_; }
  /// The command that a message was sent for; 0 if none.
  [[nodiscard]] std::uint32_t owner_of(std::uint32_t connection, std::int64_t id) const;
  /// Index of the event at which the story ends: its command_done, or the journal's last event.
  [[nodiscard]] std::size_t end_of(const command_story& story) const;

 private:
  [[nodiscard]] std::vector<std::uint32_t> standing_at(std::size_t index) const;

  const std::vector<event>& events_;
  std::vector<command_story> stories_;
  timeline broken_;
  std::map<std::uint32_t, std::size_t> by_number_;
  std::vector<std::size_t> landmarks_;
  std::map<std::uint32_t, std::vector<std::size_t>> by_connection_;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::vector<std::size_t>> by_message_;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::uint32_t> owners_;
};

}  // namespace hassle::reports
