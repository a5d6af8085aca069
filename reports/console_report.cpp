#include "reports/console_report.hpp"

#include "reports/attribution_report.hpp"
#include "reports/console_table.hpp"
#include "reports/figure_text.hpp"
#include "reports/suite_report.hpp"
#include "reports/text.hpp"
#include "reports/verdict.hpp"
#include "reports/waterfall_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace hassle::reports {
namespace {

std::string count_or_dot(std::uint64_t count) { return count == 0 ? "·" : grouped(count); }

table_cell error_cell(const summary& s) {
  if (s.commands == 0) return {"-", colour::dim};
  const double mean = s.error_rate.mean;
  const colour ink = mean < 0.01 ? colour::green : mean < 0.05 ? colour::yellow : colour::red;
  return {error_rate_text(s), s.errors.empty() ? colour::green : ink};
}

table_cell share_cell(const summary& s, outcome o) {
  if (s.outcomes[static_cast<std::size_t>(o)] == 0) return {"·", colour::dim};
  return {share_text(s, o)};
}

table_cell count_cell(std::uint64_t count) {
  return {count_or_dot(count), count == 0 ? colour::dim : colour::red};
}

table_cell time_cell(double seconds, bool known) {
  if (!known) return {"-", colour::dim};
  return {human_seconds(seconds)};
}

table_cell change_cell(const summary& s, const cell_evidence& evidence) {
  if (!s.change) return {};
  if (s.seeds < 2) return {change_text(s, evidence), colour::dim};
  const bool none = !evidence.change || !evidence.change->significant;
  return {change_text(s, evidence), none                 ? colour::dim
                                    : s.change->mean < 0 ? colour::green
                                                         : colour::red};
}

table_cell verdict_mark(std::string_view verdict) {
  if (verdict == verdict_passed) return {"✓", colour::green};
  if (verdict == verdict_failed) return {"✗", colour::red};
  return {"?", colour::yellow};
}

// The summaries of one scenario in one world, as they are shown together.
class section {
 public:
  // Those from `begin` to `end`.
  section(const report& of, std::size_t begin, std::size_t end, const console_style& style)
      : of_(of),
        begin_(begin),
        runs_(std::span(of.runs).subspan(begin, end - begin)),
        style_(style) {}

  std::string print() && {
    print_title();
    print_table();
    print_notes();
    if (style_.error_details) print_error_details();
    if (style_.waterfall) print_waterfall();
    print_expectations();
    print_oracles();
    return std::move(out_);
  }

 private:
  // In a leave-one-out run, "production-without-jitter" below "production" is "without jitter".
  [[nodiscard]] std::string client_of(const summary& s) const {
    return client_label(s.client, runs_.front().client);
  }

  [[nodiscard]] std::size_t label_width() const {
    std::size_t widest = 0;
    for (const summary& s : runs_) widest = std::max(widest, columns_of(client_of(s)));
    return widest;
  }

  void print_title() {
    const summary& first = runs_.front();
    std::string title = printable(first.scenario);
    if (!first.title.empty()) title += ": " + printable(first.title);
    for (const std::string& line : wrap(title, style_.width)) {
      out_ += paint(line, colour::bold, style_.colour) + "\n";
    }
    std::string facts = fmt::format("{}, {} world", counted(first.seeds, "seed"), first.world);
    if (first.seeds > 0) {
      const auto seeds = static_cast<double>(first.seeds);
      facts = fmt::format("{} from {}, {} each, {}, {} world", counted(first.seeds, "seed"),
                          first.first_seed, human_seconds(first.simulated_s / seeds),
                          counted(first.commands, "command"), printable(first.world));
    }
    out_ += paint(facts, colour::dim, style_.colour) + "\n\n";
  }

  void print_table() {
    std::vector<table_column> columns = {{"client", false},
                                         {"errors"},
                                         {"conn"},
                                         {"timeout"},
                                         {"other"},
                                         {"stale"},
                                         {"p50", true, false},
                                         {"p99"},
                                         {"life", true, false},
                                         {"twice", true, false},
                                         {"wrong", true, false},
                                         {"late", true, false}};
    const bool with_change =
        std::ranges::any_of(runs_, [](const summary& s) { return s.change.has_value(); });
    if (with_change) columns.push_back({"change"});
    columns.push_back({"", false});
    std::vector<std::vector<table_cell>> rows;
    for (const summary& s : runs_) {
      const bool answered = s.outcomes[0] + s.outcomes[1] > 0;
      std::vector<table_cell> row = {{client_of(s)},
                                     error_cell(s),
                                     share_cell(s, outcome::connection),
                                     share_cell(s, outcome::timeout),
                                     share_cell(s, outcome::other),
                                     share_cell(s, outcome::stale),
                                     time_cell(s.latency_p50_ms / 1000, answered),
                                     time_cell(s.latency_p99_ms / 1000, answered),
                                     time_cell(s.lifetime_mean_s, s.connections > 0),
                                     count_cell(s.duplicates),
                                     count_cell(s.wrong_answers),
                                     count_cell(s.past_limit)};
      if (with_change) row.push_back(change_cell(s, of_.evidence_at(begin_ + rows.size())));
      row.push_back(verdict_mark(s.verdict));
      rows.push_back(std::move(row));
    }
    out_ += render_table(columns, rows, style_.width, style_.width < compact_width, style_.colour);
    out_ += '\n';
  }

  // "client    text", the text wrapped beside the client's name.
  void print_lines(const summary& s, std::span<const std::string> texts, colour ink) {
    const std::size_t indent = label_width() + 2;
    const std::size_t room = style_.width > indent + 20 ? style_.width - indent : 20;
    std::string label = client_of(s);
    for (const std::string& text : texts) {
      for (const std::string& line : wrap(printable(text), room)) {
        out_ += paint(pad_right(std::exchange(label, {}), indent), colour::dim, style_.colour);
        out_ += paint(line, ink, style_.colour) + "\n";
      }
    }
  }

  void print_heading(std::string_view heading) {
    out_ += "\n" + paint(heading, colour::bold, style_.colour) + "\n";
  }

  // Up a ladder the same mechanisms come again and again: each is told once, where it first shows,
  // and only its count after that ("48 answers went to the wrong command").
  void print_notes() {
    std::set<std::string_view> told;
    for (const summary& s : runs_) {
      std::vector<std::string> lines;
      std::string again;
      for (const std::string_view note : s.notes) {
        const std::size_t colon = note.find(": ");
        if (colon == std::string_view::npos || told.insert(note.substr(colon)).second) {
          lines.emplace_back(note);
        } else {
          again += (again.empty() ? "" : "; ") + std::string(note.substr(0, colon));
        }
      }
      if (!again.empty()) lines.push_back(again);
      print_lines(s, lines, colour::none);
    }
  }

  void print_error_details() {
    print_heading("Most frequent errors");
    for (const summary& s : runs_) {
      std::vector<std::string> lines;
      for (const auto& [text, count] : s.errors) {
        if (lines.size() == error_details_max) break;
        lines.push_back(fmt::format("{} {}", grouped(count), text));
      }
      print_lines(s, lines, colour::none);
    }
  }

  void print_waterfall() {
    std::vector<std::string> labels;
    labels.reserve(runs_.size());
    for (const summary& s : runs_) labels.push_back(client_of(s));
    const std::string table = waterfall_table(runs_, labels, style_.width, style_.colour);
    print_heading("From the end of a fault to the first fresh answer, mean of each stage");
    out_ += table.empty() ? "No fault ended before a fresh answer.\n" : table;
  }

  void print_expectations() {
    if (std::ranges::all_of(runs_, [](const summary& s) { return s.expectations.empty(); })) return;
    print_heading("Expectations");
    for (const summary& s : runs_) {
      for (const expectation_result& e : s.expectations) {
        const table_cell mark = verdict_mark(e.verdict);
        std::string text = fmt::format("{} {}, measured {:.4g}", mark.text, e.text, e.measured);
        if (!e.why.empty()) text += " (" + e.why + ")";
        print_lines(s, std::span(&text, 1), mark.ink);
      }
    }
  }

  void print_oracles() {
    const auto violated = [](const summary& s) {
      return std::ranges::any_of(s.oracles, [](const auto& o) { return o.violations > 0; });
    };
    if (std::ranges::none_of(runs_, violated)) return;
    print_heading("Oracles violated");
    for (const summary& s : runs_) {
      for (const oracle_result& o : s.oracles) {
        if (o.violations == 0) continue;
        const std::string text = oracle_text(o);
        print_lines(s, std::span(&text, 1), o.promised ? colour::red : colour::dim);
      }
    }
  }

  static std::string oracle_text(const oracle_result& o) {
    std::string first = fmt::format("seed {}", o.first_seed);
    first += o.first_command != 0
                 ? fmt::format(", command {}", o.first_command)
                 : fmt::format(", {}, {}", clock_time(o.first_at), printable(o.first));
    std::string text = fmt::format("{} {} {} (first: {})", o.promised ? "✗" : "·", o.name,
                                   counted(o.violations, "time"), first);
    if (o.promised) return text;
    const auto oracle = std::ranges::find(oracles(), o.name, &oracle_description::name);
    if (oracle != oracles().end())
      text += fmt::format(": only layer {} promises it", oracle->layer);
    return text;
  }

  const report& of_;
  std::size_t begin_;
  std::span<const summary> runs_;
  const console_style& style_;
  std::string out_;
};

std::string legend(const console_style& style) {
  constexpr std::string_view text =
      "errors: conn(ection) + timeout + other, in % of all commands, ± half of the 95 % interval "
      "over "
      "seeds. stale: answered from memory, not an error. p50, p99: from due to answered. life: "
      "mean of "
      "connections. twice: executions too many. wrong: answers of other commands taken. late: "
      "unanswered at the invocation's limit. change: of errors, paired by seed; ~ may be none "
      "(Holm's correction over the table).";
  std::string out = "\n";
  for (const std::string& line : wrap(text, style.width)) {
    out += paint(line, colour::dim, style.colour) + "\n";
  }
  return out;
}

std::string verdict_lines(const report& r, const console_style& style) {
  std::string out = "\n";
  std::size_t counts[3] = {};
  for (const summary& s : r.runs) {
    ++counts[s.verdict == verdict_passed ? 0 : s.verdict == verdict_failed ? 1 : 2];
    const table_cell mark = verdict_mark(s.verdict);
    for (const std::string& reason : s.reasons) {
      const std::string text =
          fmt::format("{} {} / {}: {}", mark.text, s.scenario, s.client, reason);
      for (const std::string& line : wrap(printable(text), style.width)) {
        out += paint(line, mark.ink, style.colour) + "\n";
      }
    }
  }
  if (r.of.interrupted) out += "Interrupted: what was complete by then is shown.\n";
  if (r.runs.empty()) out += "Nothing was run.\n";
  const std::string verdict = fmt::format("Verdict: {} ({} passed, {} failed, {} inconclusive)",
                                          r.verdict, counts[0], counts[1], counts[2]);
  return out + paint(verdict, verdict_mark(r.verdict).ink, style.colour) + "\n";
}

std::string clients_report(const report& r, const console_style& style) {
  std::string out;
  const std::span<const summary> runs = r.runs;
  for (std::size_t begin = 0; begin < runs.size();) {
    std::size_t end = begin;
    while (end < runs.size() && runs[end].scenario == runs[begin].scenario &&
           runs[end].world == runs[begin].world) {
      ++end;
    }
    if (begin > 0) out += '\n';
    out += section(r, begin, end, style).print();
    begin = end;
  }
  if (!runs.empty()) out += legend(style);
  return out + verdict_lines(r, style);
}

}  // namespace

std::string console_report(const report& r, const console_style& style) {
  switch (r.of.kind) {
    case report_kind::clients:
      return clients_report(r, style);
    case report_kind::suite:
      return suite_report(r, style);
    case report_kind::losses:
      return loss_report(r, losses(r), style);
    case report_kind::attribution:
      return attribution_report(r, style);
  }
  return {};
}

}  // namespace hassle::reports
