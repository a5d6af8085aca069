#include "reports/explain_oracle.hpp"

#include "reports/console_table.hpp"
#include "reports/evidence.hpp"
#include "reports/explain_frames.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;
using ink = colour;

// What is shown of the events that matter to an oracle.
constexpr std::size_t frames_before_max = 30;
constexpr std::size_t frames_after_max = 8;
constexpr std::size_t table_width = 200;

const oracle_description& description_of(std::string_view name) {
  return *std::ranges::find(oracles(), name, &oracle_description::name);
}

bool is_misfortune(const event& e) {
  switch (e.kind) {
    using enum event_kind;
    case fault_began:
    case fault_ended:
    case phase_changed:
    case connection_cut:
    case process_started:
    case process_stopped:
    case host_frozen:
    case host_thawed:
      return true;
    case server_closed:
      return e.text != "peer";
    default:
      return false;
  }
}

bool is_about_connecting(event_kind kind) {
  switch (kind) {
    using enum event_kind;
    case attempt_began:
    case attempt_stage:
    case attempt_failed:
    case client_ready:
    case client_closed:
    case backoff_began:
    case dialed:
    case dial_failed:
    case server_accepted:
    case server_auth:
    case token_refreshed:
    case token_refresh_failed:
    case auth_refused:
    case endpoint_changed:
      return true;
    default:
      return false;
  }
}

bool is_about_subscriptions(event_kind kind) {
  switch (kind) {
    using enum event_kind;
    case client_ready:
    case client_closed:
    case subscription_wanted:
    case subscription_dropped:
    case subscription_sent:
    case subscription_live:
    case subscription_rejected:
    case subscription_gap:
    case gap_heard:
    case mirror_replaced:
    case mirror_compared:
      return true;
    default:
      return false;
  }
}

// The first word that is an entity's id: "ghost light.x", "light.x 01HX… on subscription 2".
std::string_view entity_in(std::string_view text) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (word.find('.') != std::string_view::npos) {
      return word.ends_with(':') ? word.substr(0, word.size() - 1) : word;
    }
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return {};
}

// What an event has to do with a violation.
class relevance {
 public:
  explicit relevance(const oracle_result& violated)
      : name_(violated.name), entity_(entity_in(violated.first)) {}

  [[nodiscard]] bool operator()(const event& e) const {
    if (is_misfortune(e)) return true;
    if (name_.starts_with("bounded-") || name_ == "one-connect-at-a-time") {
      if (name_ == "bounded-queues") return e.kind == event_kind::call_queued;
      return is_about_connecting(e.kind);
    }
    if (name_ == "quiet-when-idle" || name_ == "nothing-left") {
      return e.kind == event_kind::measured || e.kind == event_kind::client_closed ||
             e.kind == event_kind::ping_sent;
    }
    return is_about_subscriptions(e.kind) || is_about_entity(e);
  }

 private:
  [[nodiscard]] bool is_about_entity(const event& e) const {
    if (entity_.empty()) return false;
    const bool tells = e.kind == event_kind::home_changed || e.kind == event_kind::event_heard ||
                       e.kind == event_kind::server_executed;
    return tells && e.text.find(entity_) != std::string::npos;
  }

  std::string_view name_;
  std::string_view entity_;
};

std::vector<std::size_t> relevant_before(const investigation& run, const relevance& is_relevant,
                                         nanoseconds at) {
  const auto& events = run.events();
  const auto behind = std::ranges::upper_bound(events, at, {}, &event::at);
  std::vector<std::size_t> frames;
  for (auto i = static_cast<std::size_t>(behind - events.begin());
       i-- > 0 && frames.size() < frames_before_max;) {
    if (is_relevant(events[i])) frames.push_back(i);
  }
  std::ranges::reverse(frames);
  return frames;
}

std::vector<std::size_t> relevant_after(const investigation& run, const relevance& is_relevant,
                                        nanoseconds at) {
  const auto& events = run.events();
  const auto behind = std::ranges::upper_bound(events, at, {}, &event::at);
  std::vector<std::size_t> frames;
  for (auto i = static_cast<std::size_t>(behind - events.begin());
       i < events.size() && frames.size() < frames_after_max; ++i) {
    if (is_relevant(events[i])) frames.push_back(i);
  }
  return frames;
}

std::string last_misfortune(const event& e, nanoseconds at) {
  const std::string before = human_duration(at - e.at) + " before";
  const std::string text = printable(e.text);
  switch (e.kind) {
    using enum event_kind;
    case fault_ended:
      return fmt::format("The last fault was {}, which had ended {}.", text, before);
    case connection_cut:
      return fmt::format("The last misfortune was that connection {} was cut by {}, {}.",
                         e.connection, text, before);
    case server_closed:
      return fmt::format("The last misfortune was that the server ended connection {} ({}), {}.",
                         e.connection, text, before);
    case process_started:
      return fmt::format("The last misfortune was a cold start, {}.", before);
    case host_thawed:
      return fmt::format("The last misfortune was that the host had been frozen until {}.", before);
    default:
      return {};
  }
}

}  // namespace

std::vector<oracle_result> violated_oracles(const run_context& context, const journal& j) {
  std::vector<oracle_result> violated;
  for (oracle_result& each : analyse(context, j).oracles) {
    if (each.violations == 0) continue;
    const std::string_view layer = description_of(each.name).layer;
    each.promised =
        layer.empty() || std::ranges::find(context.layers, layer) != context.layers.end();
    violated.push_back(std::move(each));
  }
  std::ranges::stable_sort(violated, [](const auto& a, const auto& b) {
    return a.promised != b.promised && a.promised;
  });
  return violated;
}

std::string list_violations(const std::vector<oracle_result>& violated, bool coloured) {
  std::vector<std::vector<table_cell>> rows;
  for (const oracle_result& each : violated) {
    const std::string_view layer = description_of(each.name).layer;
    rows.push_back(
        {{std::string(each.name), each.promised ? ink::red : ink::none},
         {grouped(each.violations)},
         {clock_time(each.first_at)},
         {printable(each.first)},
         {each.promised ? "promised" : fmt::format("only layer {} promises it", layer)}});
  }
  const std::array<table_column, 5> columns = {{{"oracle violated", false},
                                                {"times", true},
                                                {"first at", false},
                                                {"how", false},
                                                {"by this client", false}}};
  return render_table(columns, rows, table_width, false, coloured);
}

std::string name_responsible(const run_context& context, const investigation& run, nanoseconds at) {
  const auto active = run.broken().active(at, at);
  if (!active.empty()) {
    std::string kinds;
    for (const fault_span* each : active) {
      if (!kinds.empty()) kinds += ", ";
      kinds += printable(context.kind_of(each->base));
    }
    return fmt::format("It happened while {} in force ({}).", names_were(active), kinds);
  }
  const auto& events = run.events();
  const auto behind = std::ranges::upper_bound(events, at, {}, &event::at);
  for (auto i = static_cast<std::size_t>(behind - events.begin()); i-- > 0;) {
    if (!is_misfortune(events[i])) continue;
    if (std::string sentence = last_misfortune(events[i], at); !sentence.empty()) return sentence;
  }
  return "Nothing had been broken before: it is the client's own doing.";
}

std::string tell_violation(const run_context& context, const investigation& run,
                           const oracle_result& violated, bool coloured) {
  const oracle_description& what = description_of(violated.name);
  std::string out = paint(fmt::format("{}: {}", what.name, what.meaning), ink::bold, coloured);
  out += "\n" + title_of(context) + "\n";
  const std::string promise =
      violated.promised
          ? std::string("This client promises it")
          : fmt::format("This client does not promise it: only layer {} does", what.layer);
  out += fmt::format("Violated {}, first at {}. {}.\n", counted(violated.violations, "time"),
                     clock_time(violated.first_at), promise);
  const relevance is_relevant(violated);
  append_frames(out, run, "How it came to that",
                relevant_before(run, is_relevant, violated.first_at), violated.first_at, 0,
                coloured);
  append_frames(out, run, "Afterwards", relevant_after(run, is_relevant, violated.first_at),
                violated.first_at, 0, coloured);
  out += '\n';
  append_paragraph(out, fmt::format("Why: {}. {}", printable(violated.first),
                                    name_responsible(context, run, violated.first_at)));
  return out;
}

}  // namespace hassle::reports
