#include "reports/checks.hpp"

#include "reports/report.hpp"
#include "reports/suite_report.hpp"
#include "reports/text.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <tuple>

namespace hassle::reports {
namespace {

constexpr std::string_view layers_group = "layers";
constexpr std::string_view attribution_name = "attribution";
constexpr std::string_view whole_client = "production";
constexpr std::string_view library_folder = "scenarios/suite/";
constexpr std::string_view usual_world = "simulated";

wanted_verdict wanted_of(const report& r, const scenario_info& info) {
  // Whoever names a scenario wants its clients to pass.
  return r.of.kind == report_kind::suite ? info.wanted : wanted_verdict::passed;
}

check_state state_of(const summary& s, wanted_verdict wanted) {
  if (s.seeds == 0 && !s.complete) return check_state::not_run;
  if (s.verdict == name_of(wanted)) return check_state::passed;
  if (!s.complete) {
    return wanted == wanted_verdict::passed && s.verdict == verdict_failed
               ? check_state::failed
               : check_state::inconclusive;
  }
  return wanted != wanted_verdict::passed || s.verdict == verdict_failed
             ? check_state::failed
             : check_state::inconclusive;
}

std::string message_of(const summary& s, wanted_verdict wanted, check_state state) {
  if (state == check_state::passed) return {};
  if (state == check_state::not_run) return "The run was interrupted before this began.";
  if (wanted != wanted_verdict::passed)
    return fmt::format("It {}, but must be {}.",
                       s.verdict == verdict_inconclusive ? "is inconclusive" : s.verdict,
                       name_of(wanted));
  return s.reasons.empty() ? fmt::format("It is {}.", s.verdict) : s.reasons.front();
}

bool is_plain(std::string_view word) {
  constexpr std::string_view plain = "_./=,:@%+-";
  return !word.empty() && std::ranges::all_of(word, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || plain.contains(c);
  });
}

/// What names the scenario on a command line.
std::string scenario_word(const scenario_info& info) {
  return info.file.empty() || info.file.starts_with(library_folder) ? info.name : info.file;
}

std::string run_line(const report& r, const summary& s, const scenario_info& info,
                     std::uint64_t seed, std::uint64_t seeds, bool with_journal) {
  std::vector<std::string> words{"hassle", "run", scenario_word(info)};
  const auto& files = r.of.again.client_files;
  const auto own = files.find(s.client);
  const auto& commands = r.of.again.client_commands;
  if (const auto command = commands.find(s.client); command != commands.end()) {
    words.insert(words.end(), command->second.begin(), command->second.end());
  } else {
    words.insert(words.end(), {"--client", own == files.end() ? s.client : own->second});
  }
  words.insert(words.end(), r.of.again.arguments.begin(), r.of.again.arguments.end());
  words.insert(words.end(), {"--seed", std::to_string(seed), "--seeds", std::to_string(seeds)});
  if (with_journal) words.insert(words.end(), {"--journal", "out"});
  return shell_line(words);
}

std::vector<std::string> commands_for(const report& r, const summary& s,
                                      const scenario_info& info) {
  if (s.seeds == 0) return {};
  std::vector<std::string> lines{run_line(r, s, info, s.first_seed, s.seeds, false)};
  const auto violated = std::ranges::find_if(
      s.oracles, [](const oracle_result& o) { return o.promised && o.violations > 0; });
  if (violated == s.oracles.end()) return lines;
  lines.push_back(run_line(r, s, info, violated->first_seed, 1, true));
  lines.push_back(shell_line(std::vector<std::string>{
      "hassle", "explain",
      fmt::format("out/{}.{}.{}.jsonl", s.scenario, s.client, violated->first_seed), "--oracle",
      std::string(violated->name)}));
  return lines;
}

/// The first line that was not met, or the whole file.
file_place place_of(const summary& s, const scenario_info& info) {
  const auto unmet = std::ranges::find_if(s.expectations, [](const expectation_result& e) {
    return e.verdict != verdict_passed && !e.where.file.empty();
  });
  return unmet == s.expectations.end() ? file_place{info.file, 0} : unmet->where;
}

check check_of(const report& r, std::size_t index) {
  const summary& s = r.runs[index];
  const scenario_info info = r.info_of(s.scenario);
  const wanted_verdict wanted = wanted_of(r, info);
  const check_state state = state_of(s, wanted);
  return {.group = info.group,
          .subject = s.scenario,
          .name = s.world == usual_world ? s.client : fmt::format("{} ({})", s.client, s.world),
          .state = state,
          .message = message_of(s, wanted, state),
          .details = s.reasons,
          .again = commands_for(r, s, info),
          .where = place_of(s, info),
          .simulated_s = s.simulated_s,
          .cell = index};
}

check check_of(const report& r, const layer_loss& loss) {
  check layer{.group = std::string(layers_group),
              .subject = std::string(layers_group),
              .name = loss.layer,
              .where = {}};
  if (loss.none()) {
    layer.state = r.of.interrupted ? check_state::inconclusive : check_state::failed;
    layer.message = fmt::format("Production loses no scenario without {}.", loss.layer);
    layer.details.push_back(layer.message);
  }
  if (!loss.by_figure.empty()) {
    layer.details.push_back(fmt::format("Lost by figure: {}.", fmt::join(loss.by_figure, ", ")));
  }
  for (const auto& [oracle, scenarios] : loss.by_oracle) {
    layer.details.push_back(
        fmt::format("Lost by oracle {}: {}.", oracle, fmt::join(scenarios, ", ")));
  }
  if (!loss.unclear.empty()) {
    layer.details.push_back(fmt::format("Unclear: {}.", fmt::join(loss.unclear, ", ")));
  }
  return layer;
}

/// Whether it could be said who saves how much: nothing more is asked.
check check_of(const report& r, const summary& first_of_scenario) {
  const scenario_info info = r.info_of(first_of_scenario.scenario);
  const auto found = std::ranges::find_if(r.attributed, [&](const attribution& a) {
    return a.scenario == first_of_scenario.scenario && a.world == first_of_scenario.world;
  });
  check asked{.group = info.group,
              .subject = first_of_scenario.scenario,
              .name = std::string(attribution_name),
              .where = {info.file, 0}};
  for (const summary& each : r.runs) {
    if (each.scenario == asked.subject) asked.simulated_s += each.simulated_s;
  }
  if (found != r.attributed.end() && found->doubts.empty()) {
    asked.details = found->findings;
    return asked;
  }
  asked.state = check_state::inconclusive;
  if (found != r.attributed.end()) asked.details = found->doubts;
  if (asked.details.empty()) {
    asked.details.emplace_back("Too little was run to say what each layer saves.");
  }
  asked.message = asked.details.front();
  return asked;
}

std::vector<check> checks_of_attribution(const report& r) {
  std::vector<check> checks;
  const summary* before = nullptr;
  for (const summary& each : r.runs) {
    if (before != nullptr && before->scenario == each.scenario && before->world == each.world) {
      continue;
    }
    checks.push_back(check_of(r, each));
    before = &each;
  }
  return checks;
}

/// Programs know a check by its names: a second one of the same names gets a number.
void make_unique(std::vector<check>& checks) {
  std::set<std::tuple<std::string, std::string, std::string>> taken;
  for (check& each : checks) {
    const std::string name = each.name;
    for (std::size_t n = 2; !taken.emplace(each.group, each.subject, each.name).second; ++n) {
      each.name = fmt::format("{} ({})", name, n);
    }
  }
}

}  // namespace

std::string_view name_of(check_state state) noexcept {
  switch (state) {
    case check_state::passed:
      return "passed";
    case check_state::failed:
      return "failed";
    case check_state::inconclusive:
      return "inconclusive";
    case check_state::not_run:
      return "not_run";
  }
  return {};
}

std::vector<check> checks_of(const report& r) {
  std::vector<check> checks;
  if (r.of.kind == report_kind::attribution) {
    checks = checks_of_attribution(r);
    make_unique(checks);
    return checks;
  }
  checks.reserve(r.runs.size());
  const bool losing = r.of.kind == report_kind::losses;
  for (std::size_t i = 0; i < r.runs.size(); ++i) {
    // That a client without a layer fails is what is measured there, and nobody's fault.
    if (!losing || r.runs[i].client == whole_client) checks.push_back(check_of(r, i));
  }
  if (losing) {
    for (const layer_loss& each : losses(r)) checks.push_back(check_of(r, each));
  }
  make_unique(checks);
  return checks;
}

check_counts count(std::span<const check> checks) {
  check_counts counts;
  for (const check& each : checks) {
    counts.passed += each.state == check_state::passed ? 1 : 0;
    counts.failed += each.state == check_state::failed ? 1 : 0;
    counts.inconclusive += each.state == check_state::inconclusive ? 1 : 0;
    counts.not_run += each.state == check_state::not_run ? 1 : 0;
    counts.simulated_s += each.simulated_s;
  }
  return counts;
}

std::string counts_text(std::span<const check> checks) {
  const check_counts counts = count(checks);
  std::string out =
      fmt::format("{} of {} as {} should be", counts.passed, counted(checks.size(), "check"),
                  checks.size() == 1 ? "it" : "they");
  if (counts.failed > 0) out += fmt::format(", {} failed", counts.failed);
  if (counts.inconclusive > 0) out += fmt::format(", {} inconclusive", counts.inconclusive);
  if (counts.not_run > 0) out += fmt::format(", {} not run", counts.not_run);
  return out;
}

std::string shell_line(std::span<const std::string> words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    if (is_plain(word)) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : printable(word))
      line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace hassle::reports
