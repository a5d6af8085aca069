#include "reports/diverge.hpp"

#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <utility>

namespace hassle::reports::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

saved_journal saved(std::size_t events) {
  saved_journal s{.context = {.scenario = "lee-day", .client = "naive", .seed = 7},
                  .tool = "1.2.3",
                  .events = {}};
  for (std::size_t i = 0; i < events; ++i) {
    s.events.add({.at = std::chrono::milliseconds(40 * i),
                  .kind = i % 2 == 0 ? event_kind::command_sent : event_kind::answer_taken,
                  .connection = 3,
                  .command = static_cast<std::uint32_t>(i / 2 + 1),
                  .value = static_cast<std::int64_t>(i / 2 + 40),
                  .text = i % 2 == 0 ? "" : "ok"});
  }
  return s;
}

// The same but for one event.
saved_journal changed(const saved_journal& from, std::size_t index, const event& by) {
  saved_journal s{.context = from.context, .tool = from.tool, .events = {}};
  const auto& events = from.events.events();
  for (std::size_t i = 0; i < events.size(); ++i) s.events.add(i == index ? by : events[i]);
  return s;
}

TEST(Diverge, EqualJournalsHaveNoDifference) {
  EXPECT_TRUE(equal_runs(saved(30), saved(30)));
  EXPECT_THAT(diverge_text(saved(30), saved(30), {}), HasSubstr("All 30 events are the same."));
  EXPECT_TRUE(equal_runs(saved(0), saved(0)));
}

TEST(Diverge, ShowsTheFirstDifferenceWithWhatCameBefore) {
  const saved_journal a = saved(30);
  event other = a.events.events()[20];
  other.at += std::chrono::nanoseconds(5);
  other.value = 99;
  const saved_journal b = changed(a, 20, other);
  EXPECT_FALSE(equal_runs(a, b));
  expect_golden("diverge.txt", diverge_text(a, b, {.before = 4, .after = 3}));
  expect_golden("diverge-colour.txt",
                diverge_text(a, b, {.before = 1, .after = 1, .colour = true}));
}

TEST(Diverge, AJournalThatEndsEarlierSaysSo) {
  const std::string text = diverge_text(saved(30), saved(12), {});
  EXPECT_THAT(text, HasSubstr("One journal ends after 12 events, the other goes on."));
  EXPECT_THAT(text, HasSubstr("+ B ends here, after 12 events"));
}

TEST(Diverge, RunsOfDifferentThingsAreNamedAsSuch) {
  saved_journal b = saved(30);
  b.context.seed = 8;
  b.context.layers = {"health"};
  b.tool = "1.2.4";
  const std::string text = diverge_text(saved(30), b, {});
  EXPECT_THAT(text, HasSubstr("seed differs\n- A  7\n+ B  8\n"));
  EXPECT_THAT(text, HasSubstr("layers differs\n- A  \n+ B  health\n"));
  EXPECT_THAT(text, HasSubstr("different versions"));
  EXPECT_FALSE(equal_runs(saved(30), b));
}

TEST(Diverge, NoPeerGetsEscapeCodesToTheTerminal) {
  const saved_journal a = saved(3);
  event other = a.events.events()[1];
  other.text = "\x1b[31m";
  EXPECT_THAT(diverge_text(a, changed(a, 1, other), {}), Not(HasSubstr("\x1b")));
}

RC_GTEST_PROP(Diverge, TheDifferenceIsWhereItWasMade, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 40);
  const auto index = *rc::gen::inRange<std::size_t>(0, size);
  const saved_journal a = saved(size);
  event other = a.events.events()[index];
  ++other.value;
  const saved_journal b = changed(a, index, other);
  RC_ASSERT(first_difference(a.events, b.events) == index);
  RC_ASSERT(first_difference(b.events, a.events) == index);
  RC_ASSERT(!first_difference(a.events, a.events).has_value());
}

}  // namespace
}  // namespace hassle::reports::tests
