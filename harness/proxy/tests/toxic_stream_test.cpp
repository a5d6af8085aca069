#include "harness/proxy/toxic_stream.hpp"
#include "harness/proxy/tests/frames.hpp"
#include "harness/relay/tests/one_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <boost/json/parse.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hassle::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

toxic made(const std::string& text) {
  auto parsed = parse_toxic(json::parse(text).as_object());
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().why);
  return parsed.value_or(toxic());
}

/// What a server sends to a client under toxics, with the clock that `one_flow` moves.
class poisoned : public one_flow {
 public:
  explicit poisoned(const std::vector<std::string>& with = {}, std::uint64_t seed = 1,
                    std::uint32_t connection = 1) {
    toxics.reserve(16);
    for (const auto& each : with) {
      toxics.push_back(made(each));
      toxics.back().number = ++last;
    }
    flow.shape(std::make_unique<toxic_stream>(
                   toxics,
                   toxic_stream::place{
                       .way = direction::to_client, .connection = connection, .seed = seed},
                   shared, [this](const toxic& t, std::uint32_t) { met.push_back(t.name); }),
               now);
    run();
  }
  void add(const std::string& text) {
    toxics.push_back(made(text));
    toxics.back().number = ++last;
    flow.reshape(now);
    run();
  }
  void lift() {
    toxics.clear();
    flow.reshape(now);
    run();
  }
  void upgrade() {
    std::vector<scanned_unit> ignored;
    std::string request(upgrade_request);
    client.scan(request, false, ignored);
    send(upgrade_answer);
    log.clear();
    received.clear();
  }
  void asked(std::string_view text) {
    std::vector<scanned_unit> ignored;
    std::string wire = from_client(text);
    client.scan(wire, false, ignored);
  }

  std::shared_ptr<conversation> shared = std::make_shared<conversation>();
  frame_scanner client{*shared, direction::to_server};
  std::vector<toxic> toxics;
  std::vector<std::string> met;
  std::uint32_t last = 100;
};

TEST(ToxicStream, WithoutToxicsBytesPassAtOnce) {
  poisoned p;
  p.send("hello");
  EXPECT_THAT(p.log, ElementsAre("0 hello"));
}

TEST(ToxicStream, LatencyDelaysAndIsOverAtOnceWhenLifted) {
  poisoned p({R"({"type":"latency","attributes":{"latency":100}})"});
  p.send("a");
  p.run_until(100ms);
  p.send("b");
  p.run_until(150ms);
  p.lift();
  EXPECT_THAT(p.log, ElementsAre("100 a", "150 b"));
  EXPECT_THAT(p.met, ElementsAre("latency_downstream"));
}

TEST(ToxicStream, BandwidthSpreadsBytesOut) {
  poisoned p({R"({"type":"bandwidth","attributes":{"rate":1}})"});
  p.send(std::string(1000, 'x'));
  p.send("b");
  p.run_until(999ms);
  EXPECT_THAT(p.log, IsEmpty());
  p.run_until(1s);
  EXPECT_EQ(p.received.size(), 1000U);
}

TEST(ToxicStream, TimeoutSwallowsAllAndClosesInTheEnd) {
  poisoned p({R"({"type":"timeout","attributes":{"timeout":50}})"});
  p.send("a");
  p.run_until(49ms);
  EXPECT_THAT(p.log, IsEmpty());
  p.run_until(60ms);
  EXPECT_THAT(p.log, ElementsAre("50 FIN"));
  EXPECT_THAT(p.cuts, ElementsAre("timeout_downstream"));
}

TEST(ToxicStream, ATimeoutThatIsLiftedInTimeClosesNothing) {
  poisoned p({R"({"type":"timeout","attributes":{"timeout":50}})"});
  p.run_until(20ms);
  p.lift();
  p.run_until(100ms);
  p.send("b");
  EXPECT_THAT(p.log, ElementsAre("100 b"));
}

TEST(ToxicStream, ResetPeerResetsAfterTheFirstByte) {
  poisoned p({R"({"type":"reset_peer","attributes":{"timeout":30}})"});
  p.run_until(100ms);
  p.send("a");
  p.run_until(200ms);
  ASSERT_EQ(p.log.size(), 1U);
  EXPECT_TRUE(p.log[0].ends_with("RST")) << p.log[0];
}

TEST(ToxicStream, LimitDataClosesAfterExactlySoManyBytes) {
  poisoned p({R"({"type":"limit_data","attributes":{"bytes":5}})"});
  p.send("abc");
  p.send("defg");
  p.run_until(1ms);
  EXPECT_EQ(p.received, "abcde");
  EXPECT_THAT(p.cuts, ElementsAre("limit_data_downstream"));
}

TEST(ToxicStream, SlicerSlicesAndKeepsEveryByte) {
  poisoned p({R"({"type":"slicer","attributes":{"average_size":3,"delay":1000}})"});
  p.send("abcdefgh");
  p.run_until(100ms);
  EXPECT_THAT(p.log, ElementsAre("0 abc", "1 def", "2 gh"));
}

TEST(ToxicStream, SlowCloseDelaysTheFin) {
  poisoned p({R"({"type":"slow_close","attributes":{"delay":40}})"});
  p.send("a");
  p.flow.finish(p.now);
  p.run();
  p.run_until(50ms);
  EXPECT_THAT(p.log, ElementsAre("0 a", "40 FIN"));
}

TEST(ToxicStream, LosesOnlyTheResultOfCallService) {
  poisoned p({R"({"type":"ha_frames","attributes":
                  {"match":"result_of:call_service","action":"lose"}})"});
  p.upgrade();
  p.asked(R"({"id":1,"type":"get_states"})");
  p.asked(R"({"id":2,"type":"call_service"})");
  const std::string first = frame(R"({"id":1,"type":"result"})");
  const std::string lost = frame(R"({"id":2,"type":"result"})");
  const std::string event = frame(R"({"id":2,"type":"event"})");
  p.send(first + lost + event);
  EXPECT_EQ(p.received, first + event);
  EXPECT_THAT(p.met, ElementsAre("ha_frames_downstream"));
}

TEST(ToxicStream, DelaysOnlyPingsAndWhatIsBehindOvertakes) {
  poisoned p({R"({"type":"ha_frames","attributes":{"match":"ping","delay":20}})"});
  p.upgrade();
  p.send(ping() + frame("{}"));
  p.run_until(15ms);
  const std::string large = frame(std::string(60, 'y'));
  p.send(large.substr(0, 30));  // The ping is due in its midst.
  p.run_until(25ms);
  p.send(large.substr(30));
  p.run_until(30ms);
  EXPECT_EQ(p.received, frame("{}") + ping() + large);
}

TEST(ToxicStream, CutsAfterTheThirdEvent) {
  poisoned p({R"({"type":"ha_frames","attributes":{"match":"event","action":"cut","after":3}})"});
  p.upgrade();
  const std::string event = frame(R"({"id":2,"type":"event"})");
  const std::string result = frame(R"({"id":2,"type":"result"})");
  p.send(event + result + event);
  EXPECT_TRUE(p.cuts.empty());
  p.send(event + event);
  EXPECT_EQ(p.received, event + result + event + event);
  EXPECT_THAT(p.cuts, ElementsAre("ha_frames_downstream"));
}

TEST(ToxicStream, AToxicThatComesInTheMidstOfAMessageLetsItEnd) {
  poisoned p;
  p.upgrade();
  const std::string event = frame(R"({"id":2,"type":"event"})");
  p.send(event.substr(0, 9));
  p.add(R"({"type":"ha_frames","attributes":{"match":"event","action":"lose"}})");
  p.send(event.substr(9) + event + ping());
  EXPECT_EQ(p.received, event + ping());
}

TEST(ToxicStream, ToxicityTakesTheSameConnectionsForTheSameSeed) {
  const auto taken = [](std::uint64_t seed) {
    std::string all;
    for (std::uint32_t c = 1; c <= 64; ++c) {
      poisoned p({R"({"type":"timeout","toxicity":0.5})"}, seed, c);
      p.send("x");
      all += p.received.empty() ? '-' : 'x';
    }
    return all;
  };
  EXPECT_EQ(taken(7), taken(7));
  EXPECT_NE(taken(7), taken(8));
  EXPECT_TRUE(taken(7).contains('-') && taken(7).contains('x'));
}

TEST(ToxicStreamLaws, AnySplitIntoReadsGivesTheSameBytes) {
  const std::string event = frame(R"({"id":2,"type":"event"})");
  std::string all;
  for (int i = 0; i < 12; ++i) {
    all += event + ping() + frame(std::string(200, 'z'), {.last = false}) +
           frame("end", {.opcode = 0});
  }
  const std::vector<std::string> with = {
      R"({"type":"ha_frames","name":"a","attributes":
          {"match":"event","action":"lose","after":2,"times":3}})",
      R"({"type":"ha_frames","name":"b","attributes":{"match":"ping","action":"cut","after":9}})"};
  const auto through = [&](const std::vector<std::size_t>& reads) {
    poisoned p(with);
    p.upgrade();
    std::size_t at = 0;
    for (std::size_t i = 0; at < all.size(); ++i) {
      p.send(all.substr(at, reads[i % reads.size()]));
      at += reads[i % reads.size()];
    }
    return p.received;
  };
  const std::string wanted = through({all.size()});
  EXPECT_LT(wanted.size(), all.size());
  const bool holds = rc::check([&] {
    const auto reads = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 90)));
    RC_ASSERT(through(reads) == wanted);
  });
  EXPECT_TRUE(holds);
}

TEST(ToxicStreamLaws, WhatNoToxicMeansPassesByteForByte) {
  const bool holds = rc::check([] {
    poisoned p({R"({"type":"ha_frames","attributes":{"match":"nothing","action":"lose"}})"});
    std::string sent(upgrade_answer);
    const auto frames = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
    for (const auto& each : frames) sent += frame(each);
    sent += *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    p.send(sent);
    p.flow.finish(p.now);
    p.run();
    RC_ASSERT(p.received == sent);
  });
  EXPECT_TRUE(holds);
}

TEST(Toxic, WhatIsWrongIsRefusedInToxiproxysWords) {
  const auto why = [](const std::string& text) {
    const auto parsed = parse_toxic(json::parse(text).as_object());
    return parsed ? std::string() : parsed.error().why;
  };
  EXPECT_EQ(why(R"({"type":"no"})"), "invalid toxic type");
  EXPECT_EQ(why(R"({"type":"latency","stream":"up"})"),
            "stream was invalid, can be either upstream or downstream");
  EXPECT_NE(why(R"({"type":"latency","toxicity":2})"), "");
  EXPECT_NE(why(R"({"type":"latency","attributes":{"latency":-1}})"), "");
  EXPECT_NE(why(R"({"type":"slicer","attributes":{"average_size":0}})"), "");
  EXPECT_NE(why(R"({"type":"ha_frames","attributes":{"action":"bite"}})"), "");
}

}  // namespace
}  // namespace hassle::harness
