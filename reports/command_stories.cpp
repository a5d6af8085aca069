#include "reports/analysis.hpp"

#include <algorithm>
#include <compare>
#include <unordered_map>

namespace hassle::reports {
namespace {

// The detail that the harness writes when an invocation ended without an answer.
constexpr std::string_view invocation_limit = "invocation limit";

// One command_sent or hedge_sent: which message stands for which command.
struct message {
  std::uint32_t connection = 0;
  std::int64_t id = 0;
  std::size_t at = 0;     ///< Index of its event.
  std::size_t story = 0;  ///< Index of its story.

  auto operator<=>(const message&) const = default;
};

// Joins the events of a journal by command. Numbers come from a file, so they may have any value:
// they are looked up, never used as an index.
class story_teller {
 public:
  explicit story_teller(const journal& j) : events_(j.events()) {}

  std::vector<command_story> tell() {
    for (std::size_t i = 0; i < events_.size(); ++i) on_client_side(i);
    std::ranges::sort(messages_);
    for (std::size_t i = 0; i < events_.size(); ++i) on_execution(i);
    for (command_story& story : stories_) close(story);
    return std::move(stories_);
  }

 private:
  command_story* find(std::uint32_t number) {
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? nullptr : &stories_[found->second];
  }

  void on_client_side(std::size_t i) {
    const event& e = events_[i];
    if (e.kind == event_kind::command_issued) {
      if (by_number_.try_emplace(e.command, stories_.size()).second) {
        stories_.push_back({.number = e.command, .issued = i});
      }
      return;
    }
    if (e.command == 0) return;
    command_story* story = find(e.command);
    if (story == nullptr) return;
    if (e.kind == event_kind::command_sent || e.kind == event_kind::hedge_sent) {
      story->sendings.push_back({e.connection, e.value});
      messages_.push_back({e.connection, e.value, i, by_number_.at(e.command)});
    } else if (e.kind == event_kind::answer_taken) {
      on_answer(*story, e);
    } else if (e.kind == event_kind::command_done) {
      if (story->outcomes++ == 0) story->done = i;
    }
  }

  static void on_answer(command_story& story, const event& e) {
    story.wrong_answer = std::ranges::none_of(story.sendings, [&](const auto& sent) {
      return sent.connection == e.connection && sent.id == e.value;
    });
    if (!story.wrong_answer) return;
    ++story.wrong_answers;
    story.stray_id = e.value;
  }

  void on_execution(std::size_t i) {
    const event& e = events_[i];
    if (e.kind != event_kind::server_executed) return;
    // The last message before it with this id: a client that uses an id twice means the latter.
    const auto after = std::ranges::upper_bound(messages_, message{e.connection, e.value, i, 0});
    if (after == messages_.begin()) return;
    const message& sent = *std::prev(after);
    if (sent.connection == e.connection && sent.id == e.value) ++stories_[sent.story].executions;
  }

  void close(command_story& story) const {
    if (story.outcomes == 0) {
      story.what = outcome::other;
      story.detail = "no outcome";
      return;
    }
    const parsed_outcome parsed = parse_outcome(events_[story.done].text);
    story.what = parsed.what;
    story.detail = parsed.detail;
    story.past_limit = parsed.what == outcome::timeout && parsed.detail == invocation_limit;
    if (parsed.what == outcome::fresh && story.wrong_answer) {
      story.what = outcome::other;
      story.detail = "wrong_answer";
    }
    story.wrong_answer = story.wrong_answers > 0;
  }

  const std::vector<event>& events_;
  std::vector<command_story> stories_;
  std::unordered_map<std::uint32_t, std::size_t> by_number_;  // Never iterated.
  std::vector<message> messages_;
};

}  // namespace

std::vector<command_story> command_stories(const journal& j) { return story_teller(j).tell(); }

bool is_service_call(std::string_view command) noexcept {
  return command.substr(0, command.find(' ')).find('.') != std::string_view::npos;
}

bool is_idempotent(std::string_view command) noexcept {
  if (!is_service_call(command)) return true;
  const std::string_view service = command.substr(0, command.find(' '));
  const std::string_view verb = service.substr(service.find('.') + 1);
  return verb == "turn_on" || verb == "turn_off";
}

std::uint32_t repeated_effects(const journal& j, const command_story& story) noexcept {
  if (story.executions < 2 || is_idempotent(j.events()[story.issued].text)) return 0;
  return story.executions - 1;
}

bool is_error(outcome o) noexcept { return o != outcome::fresh && o != outcome::stale; }

}  // namespace hassle::reports
