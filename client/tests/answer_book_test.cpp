#include "../src/answer_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <vector>

namespace hassle::client {
namespace {

using kind = answer_book::verdict::kind;

constexpr std::size_t plenty = 100;

TEST(AnswerBook, ByIdGivesEachAnswerToItsCommandWhateverTheOrder) {
  answer_book book(matching::by_id, plenty, plenty);
  ASSERT_TRUE(book.try_expect(1));
  ASSERT_TRUE(book.try_expect(2));
  const auto second = book.on_message(2);
  EXPECT_EQ(second.what, kind::answer);
  EXPECT_EQ(second.id, 2);
  EXPECT_EQ(book.on_message(1).what, kind::answer);
}

TEST(AnswerBook, ByIdDiscardsLateDuplicateAndUnknownAnswers) {
  answer_book book(matching::by_id, plenty, plenty);
  ASSERT_TRUE(book.try_expect(1));
  book.forget(1);
  EXPECT_EQ(book.on_message(1).what, kind::discard);  // Late.
  ASSERT_TRUE(book.try_expect(2));
  EXPECT_EQ(book.on_message(2).what, kind::answer);
  EXPECT_EQ(book.on_message(2).what, kind::discard);   // Duplicate.
  EXPECT_EQ(book.on_message(99).what, kind::discard);  // Unknown.
}

// The flaw of the report's listing: a slow service call overtaken by a state read swaps answers.
TEST(AnswerBook, NextMessageGivesAnOvertakingAnswerToTheWrongCommand) {
  answer_book book(matching::next_message, plenty, plenty);
  ASSERT_TRUE(book.try_expect(1));
  ASSERT_TRUE(book.try_expect(2));
  const auto verdict = book.on_message(2);
  EXPECT_EQ(verdict.what, kind::answer);
  EXPECT_EQ(verdict.id, 1);
}

// And its other flaw: an answer that comes after its command gave up waits for the next command.
TEST(AnswerBook, NextMessageKeepsALateAnswerForTheNextCommand) {
  answer_book book(matching::next_message, plenty, plenty);
  ASSERT_TRUE(book.try_expect(1));
  book.forget(1);
  EXPECT_EQ(book.on_message(1).what, kind::keep);
}

TEST(AnswerBook, TheInboxIsBounded) {
  answer_book book(matching::next_message, plenty, 2);
  EXPECT_EQ(book.on_message(7).what, kind::keep);
  EXPECT_EQ(book.on_message(8).what, kind::keep);
  EXPECT_EQ(book.on_message(9).what, kind::discard);
  book.on_kept_taken();
  EXPECT_EQ(book.on_message(10).what, kind::keep);
}

TEST(AnswerBook, TheNumberOfWaitingCommandsIsBounded) {
  answer_book book(matching::by_id, 1, plenty);
  EXPECT_TRUE(book.try_expect(1));
  EXPECT_FALSE(book.try_expect(2));
  book.forget(1);
  EXPECT_TRUE(book.try_expect(2));
}

// Whatever a server sends in whatever order, a command gets at most one answer: its own.
RC_GTEST_PROP(AnswerBook, ByIdNeverAnswersTwiceNorAnybodyElse, ()) {
  answer_book book(matching::by_id, plenty, plenty);
  const auto commands = *rc::gen::inRange<std::int64_t>(0, 20);
  for (std::int64_t id = 1; id <= commands; ++id) RC_ASSERT(book.try_expect(id));
  const auto messages =
      *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(-3, 25));
  std::set<std::int64_t> answered;
  for (const std::int64_t id : messages) {
    const auto verdict = book.on_message(id);
    if (verdict.what != kind::answer) continue;
    RC_ASSERT(verdict.id == id);
    RC_ASSERT(answered.insert(id).second);
  }
  RC_ASSERT(book.waiting() == static_cast<std::size_t>(commands) - answered.size());
}

}  // namespace
}  // namespace hassle::client
