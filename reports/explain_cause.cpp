#include "reports/explain_cause.hpp"

#include "reports/evidence.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

std::string sentence(std::string text) {
  if (text.empty()) return text;
  if (text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 32);
  if (text.back() != '.') text += '.';
  return text;
}

// What the client means by a detail of its own; both empty for other words.
struct own_word {
  std::string_view detail;
  std::string_view headline;  // Where no fault explains it.
  std::string_view sentence;
};
constexpr auto own_words = std::to_array<own_word>({
    {"unknown_outcome", "nobody knows whether it was carried out",
     "It had been sent, and running it twice would do harm: the client did not send it again, and "
     "said that it does not know."},
    {"not_connected", "no connection was ready until its limit", ""},
    {"starting", "Home Assistant was starting", "The client waited for it to be running."},
    {"queue_full", "too many commands were waiting already", ""},
    {"auth", "Home Assistant refuses the access token",
     "The client stopped trying: only somebody with a new token can help."},
});

own_word meaning_of(std::string_view detail) {
  const auto* const found = std::ranges::find(own_words, detail, &own_word::detail);
  return found == own_words.end() ? own_word{} : *found;
}

// A command that took no longer needs no explanation.
constexpr nanoseconds worth_a_word = std::chrono::seconds(1);

class cause_finder {
 public:
  cause_finder(const investigation& run, const command_story& story)
      : run_(run),
        events_(run.events()),
        story_(story),
        end_(run.end_of(story)),
        evidence_(gather_evidence(run, story)) {}

  finding find() {
    if (story_.what == outcome::fresh) return fresh();
    if (story_.what == outcome::other && story_.detail == "wrong_answer") return wrong_answer();
    if (story_.what == outcome::other && story_.detail.find("breaker") != std::string::npos) {
      return breaker_open();
    }
    finding found{.headline = headline(), .sentences = {}};
    if (story_.what == outcome::stale) {
      const std::string reason = std::exchange(found.headline, "answered from memory");
      found.sentences.push_back(
          sentence(fmt::format("the answer was {} old, because {}",
                               human_duration(nanoseconds(events_[end_].value)), reason)));
    }
    tell_evidence(found);
    tell_last_message(found);
    if (const own_word mine = meaning_of(story_.detail); !mine.sentence.empty()) {
      found.sentences.emplace_back(mine.sentence);
    }
    tell_activity(found);
    return found;
  }

 private:
  [[nodiscard]] nanoseconds issued_at() const { return events_[story_.issued].at; }
  [[nodiscard]] nanoseconds ended_at() const { return events_[end_].at; }

  finding fresh() {
    const nanoseconds took = ended_at() - issued_at();
    finding found{.headline = "answered by Home Assistant after " + human_duration(took),
                  .sentences = {}};
    const auto active = run_.broken().active(issued_at(), ended_at());
    if (took > worth_a_word) {
      if (!active.empty()) {
        found.headline += ", while " + names_were(active) + " active";
      } else if (!evidence_.empty()) {
        found.headline += ", because " + evidence_.back().what;
      }
    }
    tell_evidence(found);
    if (took > worth_a_word) tell_waits(found);
    return found;
  }

  // Where the time of a command went.
  void tell_waits(finding& found) const {
    nanoseconds since = issued_at();
    std::string waiting = "for its turn";
    bool sent = false;
    const auto waited = [&](nanoseconds until) {
      const nanoseconds length = until - since;
      since = until;
      if (length < worth_a_word / 10) return;
      found.sentences.push_back(fmt::format("It waited {} {}.", human_duration(length), waiting));
    };
    for (std::size_t i = story_.issued; i <= end_; ++i) {
      const event& e = events_[i];
      if (e.command != story_.number) continue;
      if (e.kind == event_kind::call_queued && !sent) {
        waited(e.at);
        waiting = e.text == "connection" ? "for a connection"
                  : e.text == "starting" ? "for Home Assistant to be running"
                                         : "for its turn";
      } else if (e.kind == event_kind::command_sent || e.kind == event_kind::hedge_sent) {
        waited(e.at);
        waiting = fmt::format("for the answer on connection {}", e.connection);
        sent = true;
      } else if (e.kind == event_kind::retry_began) {
        waited(e.at);
        waiting = "to be sent again";
      }
    }
    waited(ended_at());
  }

  // The last thing that went wrong and has a name, or else whatever is known.
  [[nodiscard]] std::string headline() const {
    const auto named = std::find_if(evidence_.rbegin(), evidence_.rend(),
                                    [](const evidence& e) { return !e.cause.empty(); });
    if (named != evidence_.rend()) return named->what;
    const auto active = run_.broken().active(issued_at(), ended_at());
    if (!active.empty()) return "there was no answer while " + names_were(active) + " active";
    if (story_.detail == "killed with its process") {
      return "another command reached its invocation limit, and the process was killed for it";
    }
    if (!evidence_.empty()) return evidence_.back().what;
    if (story_.outcomes == 0) return "the journal ends before the command does";
    if (const own_word mine = meaning_of(story_.detail); !mine.headline.empty()) {
      return std::string(mine.headline);
    }
    return "no fault was active: the client itself gave up";
  }

  void tell_evidence(finding& found) const {
    for (const evidence& e : evidence_) {
      const nanoseconds after = events_[e.at].at - issued_at();
      const std::string when = after.count() < 0
                                   ? human_duration(-after) + " before the command was issued"
                                   : human_duration(after) + " after the command was issued";
      found.sentences.push_back(sentence(fmt::format("{}, {}", when, e.what)));
      tell_what_the_client_knew(found, e);
    }
    tell_freeze(found);
  }

  void tell_what_the_client_knew(finding& found, const evidence& e) const {
    const event_kind kind = events_[e.at].kind;
    const bool ended = kind == event_kind::connection_cut || kind == event_kind::server_closed ||
                       kind == event_kind::fault_hit;
    if (!ended || e.connection == 0) return;
    const auto& own = run_.events_of(e.connection);
    const auto until = std::ranges::upper_bound(own, end_);
    const auto noticed =
        std::find_if(std::ranges::upper_bound(own, e.at), until,
                     [&](std::size_t i) { return events_[i].kind == event_kind::client_closed; });
    if (noticed == until) {
      if (kind == event_kind::connection_cut) {
        found.sentences.push_back(fmt::format(
            "Nothing told the client: it went on believing in connection {}.", e.connection));
      }
    } else {
      const std::string text = printable(events_[*noticed].text);
      found.sentences.push_back(sentence(fmt::format(
          "the client noticed {} later{}", human_duration(events_[*noticed].at - events_[e.at].at),
          text.empty() ? std::string() : " (" + text + ")")));
    }
    if (e.at < story_.issued && kind != event_kind::fault_hit && !attempted_since(e.at)) {
      found.sentences.emplace_back("It made no attempt to connect again.");
    }
  }

  [[nodiscard]] bool attempted_since(std::size_t index) const {
    return std::any_of(events_.begin() + static_cast<std::ptrdiff_t>(index),
                       events_.begin() + static_cast<std::ptrdiff_t>(end_) + 1, [](const event& e) {
                         return e.kind == event_kind::attempt_began ||
                                e.kind == event_kind::process_started;
                       });
  }

  // A host that was frozen until the command came explains why nobody noticed.
  void tell_freeze(finding& found) const {
    std::optional<nanoseconds> frozen;
    nanoseconds slept{};
    for (const std::size_t i : run_.landmarks()) {
      if (i >= story_.issued) break;
      if (events_[i].kind == event_kind::host_frozen) frozen = events_[i].at;
      if (events_[i].kind == event_kind::host_thawed && frozen) {
        slept = events_[i].at - *std::exchange(frozen, std::nullopt);
      }
    }
    // The thaw may come with the command, in either order.
    if (frozen) slept = issued_at() - *frozen;
    const bool before =
        !evidence_.empty() && evidence_.front().at < story_.issued && slept.count() > 0;
    if (!before) return;
    found.sentences.push_back(fmt::format(
        "The host had been frozen for {} before the command: no ping ran and no close was "
        "read in that time.",
        human_duration(slept)));
  }

  // How far the last message that was sent for the command came.
  void tell_last_message(finding& found) const {
    if (story_.sendings.empty()) {
      found.sentences.emplace_back("It was never sent.");
      return;
    }
    const auto [connection, id] = story_.sendings.back();
    const auto first = [&](event_kind kind) {
      const auto& own = run_.events_of(connection, id);
      const auto at = std::ranges::find_if(
          own, [&](std::size_t i) { return i > story_.issued && events_[i].kind == kind; });
      return at == own.end() ? std::optional<std::size_t>() : *at;
    };
    const auto by_the_end = [&](std::optional<std::size_t> i) { return i && *i <= end_; };
    const auto received = first(event_kind::server_received);
    const auto executed = first(event_kind::server_executed);
    const auto answered = first(event_kind::server_answered);
    const auto lost = first(event_kind::answer_lost);
    const std::string message = fmt::format("message {} on connection {}", id, connection);
    if (!by_the_end(received)) {
      found.sentences.push_back(
          fmt::format("Home Assistant had not received {} by then.", message));
    } else if (by_the_end(answered)) {
      if (!by_the_end(first(event_kind::answer_taken))) {
        found.sentences.push_back(
            fmt::format("Home Assistant had answered {}, but the client did not get it.", message));
      }
    } else if (!by_the_end(lost)) {
      found.sentences.push_back(
          fmt::format("Home Assistant had received {}, but had not answered it by then.", message));
    }
    if (executed) {
      const nanoseconds late = events_[*executed].at - ended_at();
      found.sentences.push_back(*executed <= end_ ? "It took effect all the same."
                                                  : "It took effect " + human_duration(late) +
                                                        " after the user was told.");
    }
    if (answered && !by_the_end(answered)) {
      const std::string late = human_duration(events_[*answered].at - ended_at());
      found.sentences.push_back(story_.wrong_answer
                                    ? fmt::format("Its own answer left {} later.", late)
                                    : fmt::format("The answer came {} too late.", late));
    }
  }

  // What the client was doing when the invocation ended.
  void tell_activity(finding& found) const {
    if (!story_.past_limit) return;
    std::string doing = "had not begun with it";
    for (std::size_t i = story_.issued; i <= end_; ++i) {
      const event& e = events_[i];
      const bool own = e.command == story_.number;
      if (e.kind == event_kind::attempt_began)
        doing = fmt::format("was connecting (attempt {})", e.value);
      if (e.kind == event_kind::backoff_began) {
        doing = fmt::format("was backing off for {}", human_duration(nanoseconds(e.value)));
      }
      if (e.kind == event_kind::command_sent && own) doing = "was waiting for the answer";
    }
    found.sentences.push_back(fmt::format("When the invocation ended after {}, the client {}.",
                                          human_duration(ended_at() - issued_at()), doing));
  }

  finding wrong_answer() {
    std::uint32_t connection = 0;
    for (std::size_t i = story_.issued; i <= end_; ++i) {
      const event& e = events_[i];
      const bool own = e.kind == event_kind::answer_taken && e.command == story_.number;
      if (own && e.value == story_.stray_id) connection = e.connection;
    }
    const std::uint32_t owner = run_.owner_of(connection, story_.stray_id);
    const command_story* other = owner == 0 ? nullptr : run_.find(owner);
    finding found;
    if (other == nullptr) {
      found.headline = fmt::format("it took message {}, which answers no command", story_.stray_id);
    } else if (run_.end_of(*other) < story_.issued) {
      const std::string how = other->what == outcome::timeout ? "timed out" : "ended";
      found.headline =
          fmt::format("it took the late answer to command {}, which had already {}", owner, how);
      if (is_error(other->what)) {
        found.sentences.push_back(sentence(fmt::format("command {} failed because {}", owner,
                                                       cause_finder(run_, *other).headline())));
      }
    } else {
      found.headline = fmt::format("it took the answer to command {} ({}), which overtook its own",
                                   owner, printable(events_[other->issued].text));
    }
    found.sentences.push_back(fmt::format(
        "The client took message {} on connection {} for the answer without looking at its "
        "id: whatever arrives next is the answer.",
        story_.stray_id, connection));
    tell_evidence(found);
    tell_last_message(found);
    return found;
  }

  finding breaker_open() {
    std::optional<std::size_t> opened;
    for (const std::size_t i : run_.landmarks()) {
      if (i > end_) break;
      const event& e = events_[i];
      if (e.kind == event_kind::breaker_changed && e.text == "open") opened = i;
      if (e.kind == event_kind::process_started) opened.reset();
    }
    finding found{.headline = "the breaker was open", .sentences = {}};
    if (opened) {
      const nanoseconds open_for = ended_at() - events_[*opened].at;
      found.sentences.push_back(
          fmt::format("The breaker had been open for {}.", human_duration(open_for)));
      const command_story* last = nullptr;
      for (const command_story& other : run_.stories()) {
        if (other.issued > *opened) break;
        if (other.number != story_.number && is_error(other.what)) last = &other;
      }
      if (last != nullptr) {
        const std::string reason = cause_finder(run_, *last).headline();
        found.headline = fmt::format("the breaker was open, after command {} failed because {}",
                                     last->number, reason);
      }
    }
    tell_evidence(found);
    tell_last_message(found);
    return found;
  }

  const investigation& run_;
  const std::vector<event>& events_;
  const command_story& story_;
  std::size_t end_;
  std::vector<evidence> evidence_;
};

}  // namespace

finding find_cause(const investigation& run, const command_story& story) {
  return cause_finder(run, story).find();
}

}  // namespace hassle::reports
