#include "mockha/answer_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;

send_text text(std::string of) { return {.text = std::move(of), .answers = 1, .code = "ok"}; }

std::string text_of(const answer_queue::item& item) { return std::get<send_text>(item.what).text; }

// Equal times keep the order of arrival, or answers on one connection would change places.
TEST(AnswerQueue, ComesOutByTimeThenByArrival) {
  answer_queue queue;
  const net::time_point t{10s};
  queue.push(t + 2s, 1, 1, false, text("late"));
  queue.push(t, 1, 1, false, text("first"));
  queue.push(t, 1, 1, false, text("second"));
  EXPECT_EQ(queue.deadline(), t);
  EXPECT_FALSE(queue.pop_due(t - 1ns).has_value());
  EXPECT_EQ(text_of(*queue.pop_due(t)), "first");
  EXPECT_EQ(text_of(*queue.pop_due(t)), "second");
  EXPECT_FALSE(queue.pop_due(t).has_value());
  EXPECT_EQ(queue.deadline(), t + 2s);
}

TEST(AnswerQueue, TakingAllKeepsTheOrderAndEmptiesIt) {
  answer_queue queue;
  for (const int n : {3, 1, 2}) {
    queue.push(net::time_point(std::chrono::seconds(n)), 1, 1, true, text(std::to_string(n)));
  }
  const auto all = queue.take_all();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(text_of(all[0]) + text_of(all[1]) + text_of(all[2]), "123");
  EXPECT_EQ(queue.deadline(), net::never);
}

}  // namespace
}  // namespace hassle::mockha
