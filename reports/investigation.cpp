#include "reports/investigation.hpp"

#include <algorithm>

namespace hassle::reports {
namespace {

bool is_landmark(event_kind kind) {
  switch (kind) {
    using enum event_kind;
    case process_started:
    case process_stopped:
    case host_frozen:
    case host_thawed:
    case client_ready:
    case client_closed:
    case breaker_changed:
      return true;
    default:
      return false;
  }
}

bool is_about_message(event_kind kind) {
  switch (kind) {
    using enum event_kind;
    case command_sent:
    case hedge_sent:
    case answer_taken:
    case answer_discarded:
    case server_received:
    case server_executed:
    case server_answered:
    case answer_lost:
      return true;
    default:
      return false;
  }
}

}  // namespace

investigation::investigation(const journal& j)
    : events_(j.events()), stories_(command_stories(j)), broken_(j) {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const event& e = events_[i];
    if (is_landmark(e.kind)) landmarks_.push_back(i);
    if (is_about_message(e.kind)) by_message_[{e.connection, e.value}].push_back(i);
    if (e.connection != 0) by_connection_[e.connection].push_back(i);
    const bool sent = e.kind == event_kind::command_sent || e.kind == event_kind::hedge_sent;
    if (sent) owners_[{e.connection, e.value}] = e.command;
  }
  for (std::size_t i = 0; i < stories_.size(); ++i) by_number_.emplace(stories_[i].number, i);
}

const command_story* investigation::find(std::uint32_t number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : &stories_[found->second];
}

const std::vector<std::size_t>& investigation::events_of(std::uint32_t connection) const {
  static const std::vector<std::size_t> none;
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? none : found->second;
}

const std::vector<std::size_t>& investigation::events_of(std::uint32_t connection,
                                                         std::int64_t id) const {
  static const std::vector<std::size_t> none;
  const auto found = by_message_.find({connection, id});
  return found == by_message_.end() ? none : found->second;
}

std::uint32_t investigation::owner_of(std::uint32_t connection, std::int64_t id) const {
  const auto found = owners_.find({connection, id});
  return found == owners_.end() ? 0 : found->second;
}

std::size_t investigation::end_of(const command_story& story) const {
  return story.outcomes > 0 ? story.done : events_.size() - 1;
}

std::vector<std::uint32_t> investigation::connections_of(const command_story& story) const {
  std::vector<std::uint32_t> found;
  found.reserve(story.sendings.size());
  for (const auto& sent : story.sendings) found.push_back(sent.connection);
  for (std::size_t i = story.issued; i <= end_of(story); ++i) {
    const event& e = events_[i];
    const bool dialing = e.kind == event_kind::dialed || e.kind == event_kind::attempt_stage ||
                         e.kind == event_kind::attempt_failed || e.kind == event_kind::client_ready;
    const bool hit = e.kind == event_kind::fault_hit && e.command == story.number;
    if (e.connection != 0 && (dialing || hit)) found.push_back(e.connection);
  }
  if (story.sendings.empty()) {
    const auto standing = standing_at(story.issued);
    found.insert(found.end(), standing.begin(), standing.end());
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

// The connections that the client held at an event; if none, the one it lost last.
std::vector<std::uint32_t> investigation::standing_at(std::size_t index) const {
  std::vector<std::uint32_t> held;
  std::uint32_t lost_last = 0;
  for (const std::size_t i : landmarks_) {
    if (i >= index) break;
    const event& e = events_[i];
    if (e.kind == event_kind::process_started) {
      held.clear();
      lost_last = 0;
    } else if (e.kind == event_kind::client_ready) {
      held.push_back(e.connection);
    } else if (e.kind == event_kind::client_closed && std::erase(held, e.connection) > 0) {
      lost_last = e.connection;
    }
  }
  if (held.empty() && lost_last != 0) held.push_back(lost_last);
  return held;
}

}  // namespace hassle::reports
