#include "harness/door/witness.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace hassle::harness::door {
namespace {

using reports::event;
using reports::event_kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WitnessTest : public ::testing::Test {
 protected:
  static std::vector<std::string> told(const witness::events& events) {
    std::vector<std::string> result;
    for (const event& e : events) {
      result.push_back(std::string(name_of(e.kind)) + " c" + std::to_string(e.connection) + " n" +
                       std::to_string(e.command) + " v" + std::to_string(e.value) +
                       (e.text.empty() ? "" : " " + e.text));
    }
    return result;
  }
  std::vector<std::string> see(event_kind kind, std::uint32_t connection, std::int64_t value = 0,
                               std::string text = {}) {
    return told(sees_.on_seen(
        {.kind = kind, .connection = connection, .value = value, .text = std::move(text)}));
  }
  std::vector<std::string> fresh(std::uint32_t id, std::optional<std::int64_t> message = {},
                                 json::value answer = nullptr) {
    outcome_said said;
    said.id = id;
    said.outcome = client::outcome_kind::fresh;
    said.message_id = message;
    said.answer = std::move(answer);
    return told(sees_.on_outcome(said));
  }

  witness sees_;
};

TEST_F(WitnessTest, AConnectionFromItsAttemptToItsEnd) {
  EXPECT_THAT(see(event_kind::server_accepted, 4), ElementsAre("attempt_began c0 n0 v1"));
  EXPECT_THAT(see(event_kind::server_auth, 4, 0, "ok"), ElementsAre("client_ready c4 n0 v1"));
  EXPECT_THAT(see(event_kind::server_closed, 4, 0, "peer"),
              ElementsAre("client_closed c4 n0 v0 peer"));
  EXPECT_THAT(see(event_kind::server_closed, 4, 0, "peer"), IsEmpty());
}

TEST_F(WitnessTest, AnAttemptThatFails) {
  EXPECT_THAT(see(event_kind::dialed, 1), ElementsAre("attempt_began c0 n0 v1"));
  EXPECT_THAT(see(event_kind::server_accepted, 1), IsEmpty());
  EXPECT_THAT(see(event_kind::server_closed, 1, 0, "restart"),
              ElementsAre("attempt_failed c1 n0 v1 auth: restart"));
}

TEST_F(WitnessTest, TheAnswerOfTheMessageThatSaysTheCommand) {
  sees_.on_issued(1, "light.toggle light.kitchen");
  EXPECT_THAT(see(event_kind::server_received, 4, 2, "light.toggle light.kitchen"),
              ElementsAre("command_sent c4 n1 v2"));
  static_cast<void>(see(event_kind::server_answered, 4, 2, "ok"));
  EXPECT_THAT(fresh(1), ElementsAre("answer_taken c4 n1 v2 ok"));
}

TEST_F(WitnessTest, ASecondSendingIsOfTheSameCommand) {
  sees_.on_issued(1, "light.toggle light.kitchen");
  static_cast<void>(see(event_kind::server_received, 4, 2, "light.toggle light.kitchen"));
  EXPECT_THAT(see(event_kind::server_received, 5, 2, "light.toggle light.kitchen"),
              ElementsAre("command_sent c5 n1 v2"));
}

TEST_F(WitnessTest, TwoThatSayTheSameAreSentInTurn) {
  sees_.on_issued(1, "get_states");
  sees_.on_issued(2, "get_states");
  EXPECT_THAT(see(event_kind::server_received, 4, 2, "get_states"),
              ElementsAre("command_sent c4 n1 v2"));
  EXPECT_THAT(see(event_kind::server_received, 4, 3, "get_states"),
              ElementsAre("command_sent c4 n2 v3"));
}

TEST_F(WitnessTest, AServiceCallThatComesAfterItsUserHasLeftIsStillHis) {
  sees_.on_issued(1, "light.toggle light.kitchen");
  sees_.on_given_up(1);
  EXPECT_THAT(see(event_kind::server_received, 4, 9, "light.toggle light.kitchen"),
              ElementsAre("command_sent c4 n1 v9"));
}

TEST_F(WitnessTest, AClaimWithoutAnAnswerIsWrong) {
  sees_.on_issued(1, "get_states");
  EXPECT_THAT(fresh(1), ElementsAre("answer_taken c0 n1 v0 ok"));
}

TEST_F(WitnessTest, TheAnswerOfAnotherMessageIsWrong) {
  sees_.on_issued(1, "get_states");
  static_cast<void>(see(event_kind::server_received, 4, 3, "get_states"));
  static_cast<void>(see(event_kind::server_answered, 4, 3, "ok"));
  EXPECT_THAT(fresh(1, 2), ElementsAre("answer_taken c4 n1 v2 ok"));
}

TEST_F(WitnessTest, AnAnswerOfAnotherKindIsWrong) {
  sees_.on_issued(1, "get_states");
  static_cast<void>(see(event_kind::server_received, 4, 3, "get_states"));
  static_cast<void>(see(event_kind::server_answered, 4, 3, "ok"));
  EXPECT_THAT(fresh(1, {}, json::object{{"context", nullptr}}),
              ElementsAre("answer_taken c4 n1 v0 ok"));
}

TEST_F(WitnessTest, SubscriptionsAreToldByTheirOrder) {
  sees_.on_wanted(1, "subscribe_events");
  sees_.on_wanted(2, "subscribe_trigger");
  static_cast<void>(see(event_kind::server_accepted, 4));
  EXPECT_THAT(see(event_kind::server_received, 4, 1, "subscribe_trigger"),
              ElementsAre("subscription_sent c4 n0 v2"));
  EXPECT_THAT(see(event_kind::server_received, 4, 2, "subscribe_events"),
              ElementsAre("subscription_sent c4 n0 v1"));
  EXPECT_THAT(see(event_kind::server_answered, 4, 2, "ok"),
              ElementsAre("subscription_live c4 n0 v1"));
  EXPECT_THAT(see(event_kind::server_answered, 4, 1, "unknown_command"),
              ElementsAre("subscription_rejected c4 n0 v2 unknown_command"));
}

}  // namespace
}  // namespace hassle::harness::door
