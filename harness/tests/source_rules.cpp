#include "source_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace hassle::harness {

namespace {

struct banned_word {
  std::string_view word;
  std::string_view instead;
  std::vector<std::string_view> allowed_in;  ///< Paths that end so.
};

// The words are put together from halves, so that this file does not break its own rules.
const std::vector<banned_word>& banned_words() {
  static const std::vector<banned_word> all = {
      {"steady_clock"
       "::now",
       "net::time_source::now",
       {"client/net/src/real_world.cpp"}},
      {"system_clock"
       "::now",
       "net::time_source::wall_now",
       {"client/net/src/real_world.cpp"}},
      // A person watches the progress line: it is about real time.
      {"chrono::steady_"
       "clock",
       "net::time_source",
       {"client/net/src/real_world.cpp", "harness/cli/progress.cpp", "harness/cli/progress.hpp"}},
      {"high_resolution_"
       "clock",
       "net::time_source",
       {}},
      {"this_"
       "thread::",
       "net::sleep_until",
       {}},
      {"usl"
       "eep(",
       "net::sleep_until",
       {}},
      {"random_"
       "device",
       "net::world::random",
       {}},
      {"<ran"
       "dom>",
       "Boost.Random: its distributions are the same everywhere",
       {}},
      {"std::ra"
       "nd(",
       "net::world::random",
       {}},
      {"asio::deta"
       "ched",
       "net::task_group::spawn",
       {}},
      {"unordered_"
       "map",
       "a sorted or insertion-ordered container: runs must be repeatable",
       {"reports/command_stories.cpp"}},  // Looks up, never iterates.
      {"unordered_"
       "set",
       "a sorted or insertion-ordered container: runs must be repeatable",
       {}},
      {"TO"
       "DO",
       "an issue, or the thing itself",
       {}},
      {"FIX"
       "ME",
       "an issue, or the thing itself",
       {}},
      {"NDE"
       "BUG",
       "assertions stay on",
       {}},
      {"DISABLED"
       "_",
       "a test that runs",
       {}},
      {"GTEST"
       "_SKIP",
       "a test that runs",
       {}},
  };
  return all;
}

/// What the files of a folder may include of ours. The longest matching folder counts.
struct folder_rule {
  std::string_view folder;
  std::vector<std::string_view> may_include;
};

const std::vector<folder_rule>& folder_rules() {
  static const std::vector<folder_rule> all = {
      {"client/net/", {"hassle/net/"}},
      {"client/protocol/", {"hassle/protocol/"}},
      {"client/text/", {"hassle/text/"}},
      {"client/", {"client/", "hassle/net/", "hassle/protocol/", "hassle/text/", "hassle/client/"}},
      {"scenarios/", {"scenarios/", "hassle/text/"}},
      {"reports/", {"reports/"}},
      {"mockha/", {"mockha/", "scenarios/", "reports/", "hassle/net/", "hassle/protocol/"}},
      {"harness/tests/ways_test.cpp",
       {"harness/", "mockha/", "scenarios/", "hassle/net/", "hassle/protocol/", "hassle/client/",
        "client/src/engine/"}},
      {"harness/bench/policies/",
       {"harness/bench/", "hassle/net/", "hassle/client/",
        "client/src/cores/backoff_schedule.hpp"}},
      {"harness/",
       {"harness/", "mockha/", "scenarios/", "reports/", "hassle/net/", "hassle/protocol/",
        "hassle/client/"}},
  };
  return all;
}

constexpr std::array<std::string_view, 8> our_prefixes = {
    "hassle/", "client/", "mockha/", "scenarios/", "reports/", "harness/", "../../", "../../../"};

constexpr std::size_t columns_max = 100;

bool is_allowed_in(const banned_word& each, std::string_view path) {
  return std::ranges::any_of(each.allowed_in,
                             [&](std::string_view end) { return path.ends_with(end); });
}

std::size_t columns_of(std::string_view line) {
  // Continuation bytes of UTF-8 take no column of their own.
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Seen at -O2: what the awaited call's arguments refer to is garbage after the wait.
bool awaits_in_condition(std::string_view line) {
  const std::size_t await = line.find("co_await");
  if (await == std::string_view::npos) return false;
  for (const std::string_view condition : {"if (", "while ("}) {
    const std::size_t at = line.find(condition);
    // A condition that closes before the await is another statement's.
    if (at < await && std::ranges::count(line.substr(at, await - at), '(') >
                          std::ranges::count(line.substr(at, await - at), ')')) {
      return true;
    }
  }
  return false;
}

/// The file that a line includes, or empty.
std::string_view included_by(std::string_view line) {
  if (!line.starts_with("#include ")) return {};
  line.remove_prefix(std::string_view("#include ").size());
  if (line.size() < 2) return {};
  const char closing = line.front() == '<' ? '>' : '"';
  line.remove_prefix(1);
  return line.substr(0, line.find(closing));
}

bool may_include(std::string_view path, std::string_view file) {
  const bool is_ours = std::ranges::any_of(
      our_prefixes, [&](std::string_view prefix) { return file.starts_with(prefix); });
  if (!is_ours) return true;
  for (const folder_rule& rule : folder_rules()) {
    if (!path.starts_with(rule.folder)) continue;
    return std::ranges::any_of(rule.may_include,
                               [&](std::string_view prefix) { return file.starts_with(prefix); });
  }
  return false;
}

void check_line(std::string_view path, std::size_t number, std::string_view line,
                std::vector<std::string>& found) {
  const auto complain = [&](std::string_view what) {
    found.push_back(fmt::format("{}:{}: {}", path, number, what));
  };
  for (const banned_word& each : banned_words()) {
    if (line.find(each.word) == std::string_view::npos || is_allowed_in(each, path)) continue;
    complain(fmt::format("'{}' does not belong here: use {}", each.word, each.instead));
  }
  if (awaits_in_condition(line)) {
    complain("g++ 12 miscompiles an await in a condition: give its result a name first");
  }
  // A raw string is what it is: wrapping it would change it.
  const bool is_raw = line.find("R\"") != std::string_view::npos;
  if (columns_of(line) > columns_max && !is_raw) complain("longer than 100 columns");
  const std::string_view file = included_by(line);
  if (!file.empty() && !may_include(path, file)) {
    complain(fmt::format("'{}' is out of this folder's reach: dependencies point one way", file));
  }
}

}  // namespace

std::vector<std::string> source_violations(std::string_view path, std::string_view text) {
  std::vector<std::string> found;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    check_line(path, ++number, text.substr(0, end), found);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

}  // namespace hassle::harness
