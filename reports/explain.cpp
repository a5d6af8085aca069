#include "reports/explain.hpp"

#include "reports/console_table.hpp"
#include "reports/explain_cause.hpp"
#include "reports/explain_frames.hpp"
#include "reports/explain_oracle.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;
using ink = colour;

constexpr std::size_t table_width = 200;  // Causes are not cut: the terminal may break them.
/// An answer that took longer is worth a question.
constexpr nanoseconds slow = std::chrono::seconds(2);
constexpr std::size_t slow_shown_max = 10;

std::string list_failures(const run_context& context, const investigation& run, bool coloured) {
  const auto& events = run.events();
  std::array<std::uint64_t, 5> counts{};
  std::vector<std::vector<table_cell>> rows;
  for (const command_story& story : run.stories()) {
    ++counts[static_cast<std::size_t>(story.what)];
    if (!is_error(story.what)) continue;
    const event& issued = events[story.issued];
    rows.push_back({{fmt::format("{}", story.number), ink::bold},
                    {clock_time(issued.at)},
                    {printable(issued.text)},
                    {printable(outcome_text(story.what, story.detail)), ink::red},
                    {find_cause(run, story).headline}});
  }
  std::string out = paint(title_of(context), ink::bold, coloured) + "\n";
  out += counted(run.stories().size(), "command");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out += fmt::format("{} {} {}", i == 0 ? ":" : ",", grouped(counts[i]),
                       name_of(static_cast<outcome>(i)));
  }
  out += "\n\n";
  if (rows.empty()) return out + "No command failed.\n";
  const std::array<table_column, 5> columns = {{{"command", true},
                                                {"issued at", false},
                                                {"what", false},
                                                {"outcome", false},
                                                {"why", false}}};
  out += render_table(columns, rows, table_width, false, coloured);
  out += fmt::format("\nThe story of one of them: --command {}\n", rows.front().front().text);
  return out;
}

// Answered, but not as one would wish: from memory, or late. The slowest first.
std::string list_slow(const investigation& run, bool coloured) {
  const auto& events = run.events();
  const auto took = [&](const command_story* story) {
    return events[story->done].at - events[story->issued].at;
  };
  std::vector<const command_story*> found;
  for (const command_story& story : run.stories()) {
    if (is_error(story.what) || story.outcomes == 0) continue;
    if (story.what == outcome::stale || took(&story) > slow) found.push_back(&story);
  }
  if (found.empty()) return {};
  std::ranges::stable_sort(found, std::greater{}, took);
  std::vector<std::vector<table_cell>> rows;
  for (const command_story* story : found) {
    if (rows.size() == slow_shown_max) break;
    const event& issued = events[story->issued];
    rows.push_back({{fmt::format("{}", story->number), ink::bold},
                    {clock_time(issued.at)},
                    {printable(issued.text)},
                    {human_duration(took(story))},
                    {find_cause(run, *story).headline}});
  }
  const std::array<table_column, 5> columns = {{{"slow or stale", true},
                                                {"issued at", false},
                                                {"what", false},
                                                {"took", true},
                                                {"why", false}}};
  std::string out = "\n" + render_table(columns, rows, table_width, false, coloured);
  if (found.size() > rows.size()) {
    out += fmt::format("and {} more\n", found.size() - rows.size());
  }
  return out;
}

class storyteller {
 public:
  storyteller(const investigation& run, const command_story& story, bool coloured)
      : run_(run),
        events_(run.events()),
        story_(story),
        end_(run.end_of(story)),
        connections_(run.connections_of(story)),
        coloured_(coloured) {}

  std::string tell_all(const run_context& context) && {
    print_heading(context);
    print_broken();
    print_frames("Before", frames_before());
    print_frames("The command", frames_within());
    print_frames("Afterwards", frames_after());
    print_why();
    return std::move(out_);
  }

 private:
  void print_heading(const run_context& context) {
    const event& issued = events_[story_.issued];
    out_ += paint(fmt::format("Command {}: {}", story_.number, printable(issued.text)), ink::bold,
                  coloured_) +
            "\n";
    out_ += title_of(context) + "\n";
    const std::string ended =
        story_.outcomes == 0
            ? std::string("has no outcome")
            : fmt::format("ended after {} as {}", human_duration(events_[end_].at - issued.at),
                          printable(outcome_text(story_.what, story_.detail)));
    out_ +=
        fmt::format("Issued at {}, {}; sent {}, executed {}.\n", clock_time(issued.at), ended,
                    counted(story_.sendings.size(), "time"), counted(story_.executions, "time"));
  }

  void print_broken() {
    const nanoseconds issued = events_[story_.issued].at;
    const auto active = run_.broken().active(issued, events_[end_].at);
    const phase_span* phase = run_.broken().phase_at(story_.issued);
    if (active.empty() && phase == nullptr) return;
    out_ += "\n" + paint("Broken at the time", ink::bold, coloured_) + "\n";
    for (const fault_span* fault : active) {
      const std::string until = fault->ended == nanoseconds::max()
                                    ? std::string("the end of the journal")
                                    : relative_time(fault->ended - issued);
      out_ += fmt::format("  {}: from {} to {}\n", printable(fault->name),
                          relative_time(fault->began - issued), until);
    }
    if (phase != nullptr) {
      out_ += fmt::format("  {}: since {}\n", printable(phase->label),
                          relative_time(phase->began - issued));
    }
  }

  // Birth and misfortunes of its connections, and whose answer a wrong one was.
  [[nodiscard]] std::vector<std::size_t> frames_before() const {
    std::set<std::size_t> frames;
    for (const std::uint32_t connection : connections_) {
      for (const std::size_t i : run_.events_of(connection)) {
        if (i >= story_.issued) break;
        if (is_milestone(events_[i]) || is_about_stray(events_[i])) frames.insert(i);
      }
    }
    if (story_.detail.find("breaker") != std::string::npos) {
      for (std::size_t i = story_.issued; i-- > 0;) {
        if (events_[i].kind != event_kind::breaker_changed) continue;
        frames.insert(i);
        break;
      }
    }
    return {frames.begin(), frames.end()};
  }

  static bool is_milestone(const event& e) {
    switch (e.kind) {
      using enum event_kind;
      case client_ready:
      case client_closed:
      case server_closed:
      case connection_cut:
      case ping_failed:
      case probe_failed:
      case home_starting:
      case home_running:
        return true;
      case fault_hit:
        return e.command == 0;
      default:
        return false;
    }
  }

  [[nodiscard]] bool is_about_stray(const event& e) const {
    if (story_.wrong_answers == 0 || e.value != story_.stray_id) return false;
    return e.kind == event_kind::command_sent || e.kind == event_kind::server_received ||
           e.kind == event_kind::server_executed || e.kind == event_kind::server_answered;
  }

  [[nodiscard]] std::vector<std::size_t> frames_within() const {
    std::vector<std::size_t> frames;
    for (std::size_t i = story_.issued; i <= end_; ++i) {
      const event& e = events_[i];
      const bool everyones = e.connection == 0 && e.command == 0;
      const bool own = e.command == story_.number;
      const bool of_connection =
          e.connection != 0 && std::ranges::binary_search(connections_, e.connection);
      if (everyones || own || of_connection) frames.push_back(i);
    }
    return frames;
  }

  // What became of its messages when the user had his answer already.
  [[nodiscard]] std::vector<std::size_t> frames_after() const {
    std::set<std::size_t> frames;
    for (const auto& sent : story_.sendings) {
      for (const std::size_t i : run_.events_of(sent.connection, sent.id)) {
        if (i > end_) frames.insert(i);
      }
    }
    return {frames.begin(), frames.end()};
  }

  void print_frames(std::string_view heading, const std::vector<std::size_t>& frames) {
    append_frames(out_, run_, heading, frames, events_[story_.issued].at, story_.number, coloured_);
  }

  void print_why() {
    const finding found = find_cause(run_, story_);
    std::string why = "Why: " + found.headline + ".";
    for (const std::string& sentence : found.sentences) why += " " + sentence;
    out_ += '\n';
    append_paragraph(out_, why);
  }

  const investigation& run_;
  const std::vector<event>& events_;
  const command_story& story_;
  std::size_t end_;
  std::vector<std::uint32_t> connections_;
  bool coloured_;
  std::string out_;
};

std::string tell_oracle(const run_context& context, const investigation& run,
                        const oracle_result& violated, bool coloured) {
  const command_story* story =
      violated.first_command == 0 ? nullptr : run.find(violated.first_command);
  if (story == nullptr) return tell_violation(context, run, violated, coloured);
  std::string out =
      paint(fmt::format("{}: {}", violated.name, printable(violated.first)), ink::bold, coloured);
  out += fmt::format("\nViolated {}, first at {}.\n\n", counted(violated.violations, "time"),
                     clock_time(violated.first_at));
  return out + storyteller(run, *story, coloured).tell_all(context);
}

std::string tell_run(const run_context& context, const journal& j, const investigation& run,
                     bool coloured) {
  std::string out = list_failures(context, run, coloured) + list_slow(run, coloured);
  const auto violated = violated_oracles(context, j);
  if (violated.empty()) return out;
  out += "\n" + list_violations(violated, coloured);
  const oracle_result& first = violated.front();
  if (!first.promised) {
    return out + fmt::format("\nThe story of one of them: --oracle {}\n", first.name);
  }
  return out + "\n" + tell_oracle(context, run, first, coloured);
}

}  // namespace

bool has_command(const journal& j, std::uint32_t command) {
  return std::ranges::any_of(j.events(), [&](const event& e) {
    return e.kind == event_kind::command_issued && e.command == command;
  });
}

std::string explain(const run_context& context, const journal& j,
                    std::optional<std::uint32_t> command, bool colour) {
  const investigation run(j);
  if (!command) return tell_run(context, j, run, colour);
  const command_story* story = run.find(*command);
  if (story == nullptr) {
    return fmt::format("There is no command {} in this journal; it has {}.\n", *command,
                       counted(run.stories().size(), "command"));
  }
  return storyteller(run, *story, colour).tell_all(context);
}

std::string explain_oracle(const run_context& context, const journal& j, std::string_view oracle,
                           bool colour) {
  const auto violated = violated_oracles(context, j);
  const auto found = std::ranges::find(violated, oracle, &oracle_result::name);
  if (found == violated.end()) {
    return fmt::format("{} was not violated in this run.\n", printable(oracle));
  }
  return tell_oracle(context, investigation(j), *found, colour);
}

}  // namespace hassle::reports
