#include "harness/door/adapter_session.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace hassle::harness::door {
namespace {

using ::testing::HasSubstr;

constexpr const char* hello =
    R"({"op":"hello","protocol":1,"name":"mine","version":"2","time":"scaled","can":["mirror"]})";

class AdapterSessionTest : public ::testing::Test {
 protected:
  /// What is wrong with the last of these lines, none of those before it being wrong.
  std::string fault_of(const std::vector<std::string>& lines) {
    std::string found;
    for (const std::string& each : lines) {
      EXPECT_EQ(found, "");
      const auto heard = session_.on_line(each);
      if (!heard) found = heard.error().what;
    }
    return found;
  }

  adapter_session session_;
};

TEST_F(AdapterSessionTest, AGoodConversation) {
  EXPECT_EQ(fault_of({hello}), "");
  EXPECT_TRUE(session_.ready());
  session_.on_start(1);
  session_.on_command(7);
  session_.on_ask();
  session_.on_mirror();
  EXPECT_EQ(fault_of({R"({"op":"state","text":"connecting"})", R"({"op":"up"})",
                      R"({"op":"event","handle":1,"event":{"a":1}})",
                      R"({"op":"outcome","id":7,"outcome":"fresh","message_id":3,"answer":[]})",
                      R"({"op":"quiet","quiet":true,"next_ms":12.5})",
                      R"({"op":"mirror","entities":{}})"}),
            "");
  session_.on_stop();
  EXPECT_EQ(fault_of({R"({"op":"bye"})"}), "");
  EXPECT_TRUE(session_.ended());
}

TEST_F(AdapterSessionTest, SaysWhatAnAdapterIs) {
  const auto heard = session_.on_line(hello);
  ASSERT_TRUE(heard);
  const auto& said = std::get<hello_said>(*heard);
  EXPECT_EQ(said.full_name(), "mine 2");
  EXPECT_EQ(said.time, time_sense::scaled);
  EXPECT_TRUE(said.mirrors);
  EXPECT_FALSE(said.subscribes);
}

TEST_F(AdapterSessionTest, GarbageIsAtFault) {
  const auto heard = session_.on_line("Segmentation fault");
  ASSERT_FALSE(heard);
  EXPECT_THAT(heard.error().what, HasSubstr("(line 1) says what is not JSON"));
  EXPECT_EQ(heard.error().line, "Segmentation fault");
}

TEST_F(AdapterSessionTest, HelloComesFirst) {
  EXPECT_THAT(fault_of({R"({"op":"up"})"}), HasSubstr("before hello"));
}
TEST_F(AdapterSessionTest, HelloComesOnce) {
  EXPECT_THAT(fault_of({hello, hello}), HasSubstr("(line 2) says hello twice"));
}
TEST_F(AdapterSessionTest, AnotherVersionOfTheProtocolIsAtFault) {
  EXPECT_THAT(fault_of({R"({"op":"hello","protocol":2,"name":"x","time":"wall"})"}),
              HasSubstr("version 2 of the protocol; this is version 1"));
}
TEST_F(AdapterSessionTest, AnOutcomeOfAnUnknownCommandIsAtFault) {
  EXPECT_THAT(fault_of({hello, R"({"op":"outcome","id":12,"outcome":"fresh"})"}),
              HasSubstr("(line 2) says the outcome of command 12, which it was never given"));
}
TEST_F(AdapterSessionTest, AnOutcomeComesOnce) {
  EXPECT_EQ(fault_of({hello}), "");
  session_.on_command(1);
  const std::string outcome = R"({"op":"outcome","id":1,"outcome":"timeout","detail":"mine"})";
  EXPECT_THAT(fault_of({outcome, outcome}), HasSubstr("the outcome of command 1 twice"));
}
TEST_F(AdapterSessionTest, AnswersNeedAQuestion) {
  EXPECT_THAT(fault_of({hello, R"({"op":"quiet","quiet":true})"}),
              HasSubstr("without having been asked"));
}
TEST_F(AdapterSessionTest, AMirrorNeedsAQuestion) {
  EXPECT_THAT(fault_of({hello, R"({"op":"mirror"})"}), HasSubstr("without having been asked"));
}
TEST_F(AdapterSessionTest, UpComesAfterStart) {
  EXPECT_THAT(fault_of({hello, R"({"op":"up"})"}), HasSubstr("before it was told to start"));
}
TEST_F(AdapterSessionTest, ByeIsTheLastWord) {
  EXPECT_EQ(fault_of({hello}), "");
  session_.on_stop();
  EXPECT_THAT(fault_of({R"({"op":"bye"})", R"({"op":"state","text":"x"})"}),
              HasSubstr("after bye"));
}
TEST_F(AdapterSessionTest, ByeComesAfterStop) {
  EXPECT_THAT(fault_of({hello, R"({"op":"bye"})"}), HasSubstr("without having been told to stop"));
}
TEST_F(AdapterSessionTest, AFloodIsAtFault) {
  EXPECT_EQ(fault_of({hello}), "");
  const std::string line = R"({"op":"state","text":"again"})";
  for (std::size_t i = 0; i < adapter_session::unasked_lines_max; ++i) {
    ASSERT_TRUE(session_.on_line(line));
  }
  EXPECT_THAT(fault_of({line}), HasSubstr("floods"));
}
TEST_F(AdapterSessionTest, WrongMembersAreNamed) {
  EXPECT_THAT(fault_of({R"({"op":"hello","protocol":1,"name":"x","time":"slow"})"}),
              HasSubstr("time: is none of wall, scaled, skipping"));
}

TEST_F(AdapterSessionTest, ALongLineIsShownInPart) {
  const auto heard = session_.on_line(std::string(10'000, 'x'));
  ASSERT_FALSE(heard);
  EXPECT_LE(heard.error().line.size(), shown_bytes_max + 3);
}

RC_GTEST_PROP(AdapterSession, AnyBytesAreEitherUnderstoodOrAFault, ()) {
  adapter_session session;
  static_cast<void>(session.on_line(hello));
  session.on_start(2);
  session.on_command(1);
  session.on_ask();
  const auto lines = *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
      rc::gen::arbitrary<std::string>(),
      rc::gen::map(rc::gen::arbitrary<std::pair<std::string, int>>(),
                   [](const std::pair<std::string, int>& p) {
                     return R"({"op":")" + p.first + R"(","id":)" + std::to_string(p.second) + "}";
                   }),
      rc::gen::element<std::string>(
          R"({"op":"up"})", R"({"op":"outcome","id":1,"outcome":"fresh"})",
          R"({"op":"outcome","id":"1","outcome":"fresh"})", R"({"op":"outcome","id":-1})",
          R"({"op":"quiet","quiet":1})", R"({"op":"quiet","quiet":true,"next_ms":-1})",
          R"({"op":"event","handle":3,"event":null})", R"([])", R"(null)", R"({})")));
  for (const std::string& each : lines) {
    const auto heard = session.on_line(each);
    if (!heard) RC_ASSERT(!heard.error().what.empty());
  }
}

}  // namespace
}  // namespace hassle::harness::door
