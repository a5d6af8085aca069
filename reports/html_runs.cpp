#include "reports/explain.hpp"
#include "reports/html_report.hpp"
#include "reports/html_text.hpp"
#include "reports/html_view.hpp"
#include "reports/run_track.hpp"
#include "reports/text.hpp"
#include "reports/timeline.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

using kainjow::mustache::data;

/// The most oracles of a run whose violations are told.
constexpr std::size_t oracle_stories_max = 2;

// No longer than `room`: a story's begin and its end, which says why, are what matters.
std::string shortened(std::string text, std::size_t room) {
  if (text.size() <= room) return text;
  const std::size_t end = text.size() - room / 2;
  const std::size_t head = text.rfind('\n', room / 2);
  const std::size_t tail = text.find('\n', end);
  const std::string_view whole = text;
  std::string out(whole.substr(0, head == std::string::npos ? 0 : head + 1));
  const std::string_view rest = tail == std::string::npos ? std::string_view() : whole.substr(tail);
  const auto left_out = whole.substr(out.size(), whole.size() - out.size() - rest.size());
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(left_out, '\n'));
  return out + fmt::format("  … {} left out", counted(lines, "line")) + std::string(rest);
}

std::string journal_name(const run_context& run) {
  return fmt::format("{}.{}.{}.jsonl", run.scenario, run.client, run.seed);
}

std::string what_failed(const event& issued, const command_story& story) {
  return fmt::format("Command {}, {}: {}", story.number, printable(issued.text),
                     printable(outcome_text(story.what, story.detail)));
}

data story(const std::string& title, std::string text, std::size_t room, std::uint32_t command) {
  data one;
  one.set("story_title", title);
  if (command != 0) one.set("story_command", std::to_string(command));
  one.set("story_text", shortened(std::move(text), room));
  return one;
}

/// The first command that failed and the first promises that were broken.
data stories_of(const kept_run& run, const summary& s, std::size_t room) {
  data stories(data::type::list);
  const auto commands = command_stories(run.events);
  const auto failed =
      std::ranges::find_if(commands, [](const command_story& each) { return is_error(each.what); });
  if (failed != commands.end()) {
    stories << story(what_failed(run.events.events()[failed->issued], *failed),
                     explain(run.context, run.events, failed->number, false), room / 2,
                     failed->number);
  }
  std::size_t told = 0;
  for (const oracle_result& each : s.oracles) {
    if (each.violations == 0 || !each.promised || each.first_seed != run.context.seed) continue;
    if (told++ == oracle_stories_max) break;
    stories << story(fmt::format("Oracle {}: {}", each.name, printable(each.first)),
                     explain_oracle(run.context, run.events, each.name, false), room / 4, 0);
  }
  return stories;
}

struct fault_row {
  std::string name, began, lasted;

  bool operator==(const fault_row&) const = default;
};

std::vector<fault_row> faults_of(const kept_run& run, std::size_t faults_max) {
  std::vector<fault_row> faults;
  const timeline broken(run.events);
  const auto all = broken.active(std::chrono::nanoseconds::zero(), std::chrono::nanoseconds::max());
  for (const fault_span* each : all | std::views::take(faults_max)) {
    const bool to_the_end = each->ended == std::chrono::nanoseconds::max();
    faults.push_back({printable(each->name), clock_time(each->began),
                      to_the_end ? "to the end" : human_duration(each->ended - each->began)});
  }
  if (all.size() > faults_max) {
    faults.push_back({fmt::format("and {} more", all.size() - faults_max), {}, {}});
  }
  return faults;
}

data fault_data(const std::vector<fault_row>& faults) {
  data rows(data::type::list);
  for (const fault_row& each : faults) {
    data row;
    row.set("fault_name", each.name);
    row.set("fault_began", each.began);
    row.set("fault_lasted", each.lasted);
    rows << row;
  }
  return rows;
}

/// JSON within a page: nothing in it may look like a tag.
std::string within_page(std::string json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

data run_data(const kept_run& run, const summary& s, std::string_view label,
              const html_room& room) {
  data one;
  one.set("run_client", std::string(label));
  one.set("run_seed", std::to_string(run.context.seed));
  one.set("run_length", human_duration(run.context.simulated));
  one.set("run_mark", std::string(html_mark(s.verdict)));
  one.set("run_verdict", s.verdict);
  one.set("run_again", fmt::format("hassle run {} --client {} --seed {} --seeds 1 --journal .",
                                   printable(run.context.scenario), printable(run.context.client),
                                   run.context.seed));
  one.set("run_explain", "hassle explain " + printable(journal_name(run.context)));
  const run_track track = track_of(run.context, run.events, room.marks);
  one.set("track", within_page(track_json(track)));
  one.set("thinned", track.thinned);
  data stories = stories_of(run, s, room.story_bytes);
  one.set("has_stories", stories.is_non_empty_list());
  one.set("stories", stories);
  return one;
}

/// What a reader wants to see first: what is not as it should be, then the client that is asked
/// about, then what failed though it may.
int rank_of(const report& r, const html_group& group, std::size_t i) {
  const auto asked = std::ranges::find(r.checks, group.begin + i, &check::cell);
  if (asked != r.checks.end() && asked->state != check_state::passed) return 0;
  const summary& s = group.runs[i];
  if (s.client == "production" || r.of.again.client_files.contains(s.client)) return 1;
  return s.verdict == verdict_failed ? 2 : 3;
}

/// Indices of cells whose runs are shown, in their order.
std::vector<std::size_t> shown_of(const report& r, const html_group& group, std::size_t runs_max) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < group.runs.size(); ++i) {
    if (r.kept_of(group.runs[i]) != nullptr) shown.push_back(i);
  }
  if (shown.size() <= runs_max) return shown;
  std::ranges::stable_sort(shown, {}, [&](std::size_t i) { return rank_of(r, group, i); });
  shown.resize(runs_max);
  std::ranges::sort(shown);
  return shown;
}

/// A run that was shown, with what another may have in common with it.
struct shown_run {
  const kept_run* run;
  std::string label;
  std::vector<fault_row> faults;
};

void set_faults(data& one, const kept_run& run, std::span<const shown_run> before,
                const std::vector<fault_row>& faults) {
  const auto same = std::ranges::find_if(before, [&](const shown_run& other) {
    return other.run->context.seed == run.context.seed && other.faults == faults;
  });
  const bool told = same != before.end() || faults.empty();
  one.set("has_faults", !told);
  if (!told) one.set("faults", fault_data(faults));
  if (same != before.end() && !faults.empty()) one.set("faults_as", same->label);
}

}  // namespace

html_room html_room_for(std::size_t groups, std::size_t cells, std::size_t kept) {
  // A mark takes about so much, and a run has about so many states.
  constexpr std::size_t mark_bytes = 24;
  constexpr std::size_t states = 4;
  constexpr std::size_t few_cells = 100;
  const std::size_t runs = std::clamp<std::size_t>(kept, 1, html_runs_max);
  const bool all = kept <= html_runs_max;
  const std::size_t of_each = html_runs_max / std::max<std::size_t>(groups, 1);
  return {.runs = all ? std::max<std::size_t>(kept, 1) : std::max<std::size_t>(of_each, 1),
          .marks =
              std::clamp<std::size_t>(html_tracks_size_max / runs / (mark_bytes * states), 12, 600),
          .story_bytes = std::clamp<std::size_t>(html_stories_size_max / runs, 1200, 24'000),
          .faults = std::clamp<std::size_t>(html_faults_max / runs, 10, 40),
          .recoveries = std::clamp<std::size_t>(
              html_recoveries_max / std::max<std::size_t>(cells, 1), 12, 48),
          .waterfalls = cells <= few_cells       ? 3U
                        : cells <= html_runs_max ? 2U
                                                 : 1U,
          .kinds = cells <= html_runs_max ? 5U : 2U,
          .same_once = cells > html_runs_max};
}

data html_kept_runs(const report& r, const html_group& group, const html_room& room) {
  data runs(data::type::list);
  std::vector<shown_run> shown;
  for (const std::size_t i : shown_of(r, group, room.runs)) {
    const summary& s = group.runs[i];
    const kept_run* run = r.kept_of(s);
    const std::string label = client_label(s.client, group.runs.front().client);
    const auto same = std::ranges::find_if(shown, [&](const auto& other) {
      return other.run->context.seed == run->context.seed &&
             other.run->events.digest() == run->events.digest();
    });
    if (same == shown.end()) {
      data one = run_data(*run, s, label, room);
      std::vector<fault_row> faults = faults_of(*run, room.faults);
      set_faults(one, *run, shown, faults);
      runs << one;
      shown.push_back({run, label, std::move(faults)});
    } else {
      data one;
      one.set("run_client", label);
      one.set("run_seed", std::to_string(run->context.seed));
      one.set("same_as", same->label);
      runs << one;
    }
  }
  return runs;
}

}  // namespace hassle::reports
