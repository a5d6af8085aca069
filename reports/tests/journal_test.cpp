#include "reports/journal.hpp"

#include "reports/tests/generators.hpp"
#include "reports/tests/helpers.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hassle::reports::tests {
namespace {

// The names are written to files: what is read back must be the same kind.
TEST(EventKind, EveryNameIsUniqueAndParsesBack) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < event_kind_count; ++i) {
    const auto kind = static_cast<event_kind>(i);
    EXPECT_TRUE(names.insert(name_of(kind)).second) << name_of(kind);
    EXPECT_EQ(parse_event_kind(name_of(kind)), kind);
  }
  EXPECT_EQ(parse_event_kind("command_lost"), std::nullopt);
}

// The digest is part of what reports promise: it must not depend on platform, compiler or release.
TEST(JournalDigest, IsTheSameEverywhere) {
  journal j;
  EXPECT_EQ(j.digest(), 14695981039346656037ULL);
  j.add({1234567890ns, event_kind::command_sent, 3, 17, 42, "light.turn_on light.kitchen"});
  j.add({1234567891ns, event_kind::answer_discarded, 3, 0, -1, "\xff \xc3\xa4"});
  EXPECT_EQ(j.digest(), 15053700166922738698ULL);
}

TEST(JournalDigest, EveryFieldCounts) {
  const event base{5ns, event_kind::pong_received, 3, 17, 42, "text"};
  std::vector<event> variants(7, base);
  variants[1].at += 1ns;
  variants[2].kind = event_kind::ping_sent;
  variants[3].connection = 4;
  variants[4].command = 18;
  variants[5].value = -42;
  variants[6].text = "texu";
  std::set<std::uint64_t> digests;
  for (const event& e : variants) {
    journal j;
    j.add(e);
    digests.insert(j.digest());
  }
  EXPECT_EQ(digests.size(), variants.size());
}

// Zeros at the end of a text, and where one text ends and the next begins, must show.
TEST(JournalDigest, TextsAreNotConfusedWithTheirNeighbours) {
  journal a;
  journal b;
  a.add({.text = std::string("ab")});
  b.add({.text = std::string("ab\0", 3)});
  EXPECT_NE(a.digest(), b.digest());
}

RC_GTEST_PROP(JournalDigest, IsEqualIfAndOnlyIfTheEventsAre, (journal a)) {
  journal same;
  for (const event& e : a.events()) same.add(e);
  RC_ASSERT(same.digest() == a.digest());
  const journal b = *rc::gen::arbitrary<journal>();
  RC_ASSERT((a.digest() == b.digest()) == (a.events() == b.events()));
}

// One changed field among many is what a determinism bug looks like.
RC_GTEST_PROP(JournalDigest, NoticesOneChangedEvent, (journal a)) {
  RC_PRE(!a.events().empty());
  const auto changed = *rc::gen::inRange<std::size_t>(0, a.events().size());
  journal b;
  for (std::size_t i = 0; i < a.events().size(); ++i) {
    event e = a.events()[i];
    if (i == changed) e.value ^= *rc::gen::nonZero<std::int64_t>();
    b.add(std::move(e));
  }
  RC_ASSERT(a.digest() != b.digest());
}

TEST(JournalDeathTest, TimeDoesNotRunBackwards) {
  journal j;
  j.add({.at = 2ns});
  EXPECT_DEATH(j.add({.at = 1ns}), "");
}

TEST(OutcomeText, NamesTheClassAndTheDetail) {
  EXPECT_EQ(outcome_text(outcome::fresh, ""), "fresh");
  EXPECT_EQ(outcome_text(outcome::other, "not_found"), "other: not_found");
  EXPECT_EQ(parse_outcome("connection: connection refused").what, outcome::connection);
  EXPECT_EQ(parse_outcome("connection: connection refused").detail, "connection refused");
}

// An adapter may report a class that is not ours: it is an error, and its text is kept.
TEST(OutcomeText, AnUnknownClassIsOther) {
  const parsed_outcome parsed = parse_outcome("freshly squeezed");
  EXPECT_EQ(parsed.what, outcome::other);
  EXPECT_EQ(parsed.detail, "freshly squeezed");
}

RC_GTEST_PROP(OutcomeText, ParsesBack, (const std::string& detail)) {
  const auto o = static_cast<outcome>(*rc::gen::inRange(0, 5));
  const std::string text = outcome_text(o, detail);
  RC_ASSERT(parse_outcome(text).what == o);
  RC_ASSERT(parse_outcome(text).detail == detail);
}

}  // namespace
}  // namespace hassle::reports::tests
