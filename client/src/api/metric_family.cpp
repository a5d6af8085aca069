#include "metric_family.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <iterator>
#include <utility>

namespace hassle::client {

namespace {

/// Of label values and of help: what would end them.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '"') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

/// OpenMetrics wants "1.0" where a number is no integer by nature.
std::string bound_text(double bound) {
  std::string text = fmt::format("{}", bound);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

}  // namespace

metric_values::metric_values(std::string_view family, std::string_view about, std::string_view by,
                             std::vector<std::string_view> words)
    : name(family),
      help(about),
      label(by),
      values(std::move(words)),
      numbers(std::max<std::size_t>(1, values.size()), 0.0) {}

double& metric_values::at(std::string_view value) {
  if (values.empty()) return numbers.front();
  const auto found = std::ranges::find(values, value);
  if (found == values.end()) return numbers.back();
  return numbers[static_cast<std::size_t>(found - values.begin())];
}

void gauge_family::choose(std::string_view value) {
  std::ranges::fill(numbers, 0.0);
  at(value) = 1;
}

histogram_family::histogram_family(std::string_view family, std::string_view about,
                                   std::vector<double> upto)
    : name(family), help(about), bounds(std::move(upto)), counts(bounds.size() + 1, 0) {
  assert(std::ranges::is_sorted(bounds));
}

void histogram_family::observe(double seconds) {
  const auto bucket = std::ranges::lower_bound(bounds, seconds);
  ++counts[static_cast<std::size_t>(bucket - bounds.begin())];
  sum += seconds;
}

bool is_label_name(std::string_view name) {
  constexpr std::array<std::string_view, 6> ours = {"stage",  "result", "state",
                                                    "reason", "where",  "le"};
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto may_follow = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, may_follow) &&
         std::ranges::find(ours, name) == ours.end();
}

metrics_text::metrics_text(std::string_view prefix,
                           const std::map<std::string, std::string>& labels)
    : prefix_(prefix) {
  for (const auto& [name, value] : labels) {
    labels_ += fmt::format("{}{}=\"{}\"", labels_.empty() ? "" : ",", name, escaped(value));
  }
}

void metrics_text::head(std::string_view name, std::string_view type, std::string_view help,
                        std::string_view unit) {
  const auto out = std::back_inserter(text_);
  fmt::format_to(out, "# TYPE {}{} {}\n", prefix_, name, type);
  if (!unit.empty()) fmt::format_to(out, "# UNIT {}{} {}\n", prefix_, name, unit);
  fmt::format_to(out, "# HELP {}{} {}\n", prefix_, name, escaped(help));
}

void metrics_text::sample(std::string_view name, std::string_view suffix, std::string_view label,
                          std::string_view value, double number) {
  std::string all = labels_;
  if (!label.empty()) {
    all += fmt::format("{}{}=\"{}\"", all.empty() ? "" : ",", label, escaped(value));
  }
  if (!all.empty()) all = "{" + all + "}";
  fmt::format_to(std::back_inserter(text_), "{}{}{}{} {}\n", prefix_, name, suffix, all, number);
}

void metrics_text::write_values(const metric_values& family, std::string_view type,
                                std::string_view suffix) {
  head(family.name, type, family.help, "");
  if (family.values.empty()) return sample(family.name, suffix, "", "", family.numbers.front());
  for (std::size_t i = 0; i < family.values.size(); ++i) {
    sample(family.name, suffix, family.label, family.values[i], family.numbers[i]);
  }
}

void metrics_text::write(const counter_family& family) {
  write_values(family, "counter", "_total");
}

void metrics_text::write(const gauge_family& family) { write_values(family, "gauge", ""); }

void metrics_text::write(const histogram_family& family) {
  const std::string name = fmt::format("{}_seconds", family.name);
  head(name, "histogram", family.help, "seconds");
  std::uint64_t upto = 0;
  for (std::size_t i = 0; i < family.bounds.size(); ++i) {
    upto += family.counts[i];
    sample(name, "_bucket", "le", bound_text(family.bounds[i]), static_cast<double>(upto));
  }
  upto += family.counts.back();
  sample(name, "_bucket", "le", "+Inf", static_cast<double>(upto));
  sample(name, "_sum", "", "", family.sum);
  sample(name, "_count", "", "", static_cast<double>(upto));
}

std::string metrics_text::finish() && {
  text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace hassle::client
