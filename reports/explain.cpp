#include "reports/explain.hpp"

#include "reports/console_table.hpp"
#include "reports/explain_cause.hpp"
#include "reports/explain_events.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;
using ink = colour;

constexpr std::size_t text_width = 100;
constexpr std::size_t table_width = 200;  // Causes are not cut: the terminal may break them.

std::string title_of(const run_context& context) {
  return fmt::format("{} / {}, seed {}, {} world, {}", printable(context.scenario),
                     printable(context.client), context.seed, printable(context.world),
                     human_duration(context.simulated));
}

// "+0.012 s"
std::string relative(nanoseconds d) {
  const double seconds = std::chrono::duration<double>(d).count();
  return fmt::format("{:+.3f} s", seconds == 0 ? 0.0 : seconds);
}

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
                                    : relative(fault->ended - issued);
      out_ += fmt::format("  {}: from {} to {}\n", printable(fault->name),
                          relative(fault->began - issued), until);
    }
    if (phase != nullptr) {
      out_ +=
          fmt::format("  {}: since {}\n", printable(phase->label), relative(phase->began - issued));
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
    if (frames.empty()) return;
    out_ += "\n" + paint(heading, ink::bold, coloured_) + "\n";
    const nanoseconds issued = events_[story_.issued].at;
    for (const std::size_t i : frames) {
      const event& e = events_[i];
      const told_event told = tell(e, run_.owner_of(e.connection, e.value), story_.number);
      out_ += pad_left(relative(e.at - issued), 14) + "  ";
      out_ += paint(pad_right(told.actor, 8), actor_ink(told.actor), coloured_);
      out_ += told.sentence + "\n";
    }
  }

  static ink actor_ink(std::string_view actor) {
    if (actor == "fault") return ink::red;
    if (actor == "network") return ink::yellow;
    return actor == "user" ? ink::bold : ink::dim;
  }

  void print_why() {
    const finding found = find_cause(run_, story_);
    std::string why = "Why: " + found.headline + ".";
    for (const std::string& sentence : found.sentences) why += " " + sentence;
    out_ += '\n';
    for (const std::string& line : wrap(why, text_width)) out_ += line + "\n";
  }

  const investigation& run_;
  const std::vector<event>& events_;
  const command_story& story_;
  std::size_t end_;
  std::vector<std::uint32_t> connections_;
  bool coloured_;
  std::string out_;
};

}  // namespace

bool has_command(const journal& j, std::uint32_t command) {
  return std::ranges::any_of(j.events(), [&](const event& e) {
    return e.kind == event_kind::command_issued && e.command == command;
  });
}

std::string explain(const run_context& context, const journal& j,
                    std::optional<std::uint32_t> command, bool colour) {
  const investigation run(j);
  if (!command) return list_failures(context, run, colour);
  const command_story* story = run.find(*command);
  if (story == nullptr) {
    return fmt::format("There is no command {} in this journal; it has {}.\n", *command,
                       counted(run.stories().size(), "command"));
  }
  return storyteller(run, *story, colour).tell_all(context);
}

}  // namespace hassle::reports
