#include "reports/github_report.hpp"

#include "reports/escaping.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::reports {
namespace {

std::string title_of(const check& c) {
  return fmt::format("{} with {}: {}", c.subject, c.name,
                     c.state == check_state::not_run ? "not run" : name_of(c.state));
}

std::string annotation(std::string_view level, const check& c) {
  std::string place;
  if (!c.where.file.empty()) {
    place = fmt::format("file={},line={},", workflow_property(c.where.file),
                        std::max(c.where.line, 1U));
  }
  std::vector<std::string> lines{c.message};
  // The first reason is the message already, unless a scenario must not pass.
  const auto rest = std::ranges::find(c.details, c.message);
  for (auto each = rest == c.details.end() ? c.details.begin() : rest + 1; each != c.details.end();
       ++each) {
    lines.push_back(*each);
  }
  lines.insert(lines.end(), c.again.begin(), c.again.end());
  return fmt::format("::{} {}title={}::{}\n", level, place, workflow_property(title_of(c)),
                     workflow_data(fmt::format("{}", fmt::join(lines, "\n"))));
}

/// "s1" before "s2" before "s3" before those without.
std::string rank_of(const report& r, const check& c) {
  const std::string severity = r.info_of(c.subject).severity;
  return severity.empty() ? "~" : severity;
}

std::string annotations(std::string_view level, const report& r, std::vector<check> checks) {
  std::ranges::stable_sort(checks, {}, [&](const check& c) { return rank_of(r, c); });
  const std::span<const check> all(checks);
  const std::size_t shown = all.size() > annotations_max ? annotations_max - 1 : all.size();
  std::string out;
  for (const check& each : all.first(shown)) out += annotation(level, each);
  if (shown == all.size()) return out;
  std::vector<std::string> names;
  names.reserve(all.size() - shown);
  for (const check& each : all.subspan(shown)) names.push_back(title_of(each));
  return out + fmt::format("::{} title={}::{}\n", level,
                           workflow_property(fmt::format("hassle: {} more", names.size())),
                           workflow_data(fmt::format("{}", fmt::join(names, "\n"))));
}

}  // namespace

std::string github_report(const report& r) {
  std::vector<check> errors;
  std::vector<check> warnings;
  for (const check& each : r.checks) {
    if (each.state == check_state::passed) continue;
    (each.state == check_state::failed ? errors : warnings).push_back(each);
  }
  std::string out = annotations("error", r, std::move(errors));
  out += annotations("warning", r, std::move(warnings));
  return out + fmt::format("::notice title=hassle::{}: {}{}\n", workflow_data(r.verdict),
                           counts_text(r.checks), r.of.interrupted ? " (interrupted)" : "");
}

}  // namespace hassle::reports
