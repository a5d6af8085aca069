// Every fault of the menu, as the README's table asks for it by hand: what a client sees, and that
// the history tells whom it hit.
#include "scenarios/scenario.hpp"

#include "wired_server.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using lines = std::vector<std::string>;

/// The table of the README: what happens, and how to ask for it.
std::map<std::string, std::string> read_menu() {
  std::ifstream file(HASSLE_MOCKHA_README);
  std::map<std::string, std::string> menu;
  for (std::string line; std::getline(file, line);) {
    const auto json = line.find("| `{\"kind\":");
    if (!line.starts_with("| ") || json == std::string::npos) continue;
    const auto end = line.rfind('`');
    menu[line.substr(2, json - 3)] = line.substr(json + 3, end - json - 3);
  }
  return menu;
}

const std::map<std::string, std::string>& menu() {
  static const auto all = read_menu();
  return all;
}

scenario::fault parsed(const std::string& json) {
  auto fault = scenario::parse_fault_json(json);
  if (fault) return *std::move(fault);
  for (const auto& error : fault.error()) ADD_FAILURE() << json << ": " << error.text();
  return {};
}

/// The frames of a server as lines: texts as they are (those of fragments joined and counted),
/// "close 1000", "ping", "pong"; "packed" where the text is compressed.
class frames {
 public:
  lines take(std::string bytes) {
    rest_ += bytes;
    lines result;
    while (take_one(result)) {
    }
    return result;
  }

 private:
  bool take_one(lines& into) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest_.at(i)); };
    if (rest_.size() < 2) return false;
    std::size_t head = 2;
    std::size_t size = byte(1) & 0x7FU;
    const std::size_t wide = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (rest_.size() < head + wide) return false;
    if (wide != 0) {
      size = 0;
      for (std::size_t i = 0; i < wide; ++i) size = size << 8U | byte(head + i);
      head += wide;
    }
    if (rest_.size() < head + size) return false;
    const unsigned first = byte(0);
    std::string payload = rest_.substr(head, size);
    rest_.erase(0, head + size);
    add(first, std::move(payload), into);
    return true;
  }

  void add(unsigned first, std::string payload, lines& into) {
    switch (first & 0x0FU) {
      case 8: {
        const auto code = payload.size() < 2 ? 1005U
                                             : static_cast<unsigned char>(payload[0]) * 256U +
                                                   static_cast<unsigned char>(payload[1]);
        into.push_back(fmt::format("close {}", code));
        return;
      }
      case 9:
        into.emplace_back("ping");
        return;
      case 10:
        into.emplace_back("pong");
        return;
      default:
        break;
    }
    if ((first & 0x40U) != 0) payload = "packed";
    message_ += payload;
    ++pieces_;
    if ((first & 0x80U) == 0) return;
    if (pieces_ > 1) message_ = fmt::format("{} frames: {}", pieces_, message_);
    into.push_back(std::exchange(message_, {}));
    pieces_ = 0;
  }

  std::string rest_;
  std::string message_;
  int pieces_ = 0;
};

/// A client that writes bytes, and a server to write them to.
class guest {
 public:
  explicit guest(wired_server& with) : s_(with), wire_(with.world.dial()) {}

  [[nodiscard]] bool refused() const { return wire_ == nullptr; }
  /// The answer to the upgrade: its status, then frames as lines.
  lines upgrade(std::string_view more = "") {
    std::string bytes = s_.says(
        wire_, wired_server::request("GET", "/api/websocket",
                                     std::string(wired_server::upgrade) + std::string(more)));
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) {
      banner = bytes;
      return endings({});
    }
    head = bytes.substr(0, end);
    const std::string rest = bytes.substr(end + 4);
    lines result{head.substr(9, 3)};
    if (result.front() != "101") {
      result.push_back(rest);
      return endings(std::move(result));
    }
    open_ = true;
    for (auto& each : frames_.take(rest)) result.push_back(std::move(each));
    return endings(std::move(result));
  }
  guest& log_in(std::string_view token = "mockha-access-token") {
    EXPECT_THAT(upgrade(), ElementsAre("101", HasSubstr("auth_required")));
    EXPECT_THAT(auth(token), ElementsAre(HasSubstr("auth_ok")));
    return *this;
  }
  lines auth(std::string_view token = "mockha-access-token") {
    return sends(fmt::format(R"({{"type":"auth","access_token":"{}"}})", token));
  }
  lines sends(std::string_view text) {
    wire_->give(wired_server::frame(text));
    s_.world.settle();
    return news();
  }
  /// A command with an id of its own.
  lines asks(std::string_view rest) { return sends(fmt::format(R"({{"id":{},{}}})", ++id, rest)); }
  lines pings() {
    wire_->give(std::string("\x89\x80\0\0\0\0", 6));
    s_.world.settle();
    return news();
  }
  lines after(net::duration d) {
    s_.world.advance(d);
    return news();
  }
  lines news() {
    if (!open_) return endings({wire_->take()});
    return endings(frames_.take(wire_->take()));
  }
  /// The answer to the ping that is about to be sent: a matcher is made before what it matches.
  [[nodiscard]] std::string pong() const { return pong_of(id + 1); }
  static std::string pong_of(int number) {
    return fmt::format(R"({{"id":{},"type":"pong"}})", number);
  }

  std::string head;
  std::string banner;  ///< What came instead of a head.
  int id = 0;

 private:
  lines endings(lines result) {
    if (wire_->reset && !told_) result.emplace_back("reset");
    if (wire_->shut && !told_) result.emplace_back("fin");
    told_ = told_ || wire_->reset || wire_->shut;
    std::erase(result, "");
    return result;
  }

  wired_server& s_;
  wired_server::wire_ptr wire_;
  frames frames_;
  bool open_ = false;
  bool told_ = false;
};

constexpr auto ping = R"("type":"ping")";
constexpr auto toggle =
    R"("type":"call_service","domain":"light","service":"toggle","target":{"entity_id":"light.kitchen"})";
constexpr auto subscribe = R"("type":"subscribe_entities","entity_ids":["light.kitchen"])";
constexpr auto listen = R"("type":"subscribe_events","event_type":"state_changed")";

/// One fault, by hand.
class FaultMenuTest : public testing::Test {
 protected:
  /// Begins the fault of this line of the menu.
  void begins(const std::string& what) {
    played().insert(what);
    const auto found = menu().find(what);
    ASSERT_NE(found, menu().end()) << what;
    const auto number = s.it.inject(parsed(found->second));
    ASSERT_TRUE(number.has_value());
    number_ = *number;
    s.world.settle();
  }
  fault_status status() {
    for (auto& each : s.it.faults()) {
      if (each.number == number_) return each;
    }
    ADD_FAILURE() << "not in the history";
    return {};
  }
  /// The history lists it with what it hit.
  void expect_hits(std::uint64_t least = 1) {
    const auto now = status();
    EXPECT_GE(now.hits, least);
    EXPECT_EQ(now.touched.size(), std::min<std::size_t>(now.hits, 1000U));
  }
  void lifts() {
    s.it.lift(number_);
    s.world.settle();
    EXPECT_EQ(status().where, fault_status::stage::ended);
  }
  /// All is well again for who comes now.
  void expect_health() {
    guest fresh(s);
    ASSERT_FALSE(fresh.refused());
    fresh.log_in();
    EXPECT_THAT(fresh.asks(ping), ElementsAre(fresh.pong()));
    EXPECT_THAT(fresh.pings(), ElementsAre("pong"));
  }
  std::string state_of(std::string_view id) {
    const auto* found = s.it.house().find(id);
    return found ? found->now().state : "missing";
  }

  static std::set<std::string>& played() {
    static std::set<std::string> all;
    return all;
  }

  wired_server s;

 private:
  std::uint32_t number_ = 0;
};

// --- arriving ---

TEST_F(FaultMenuTest, ConnectRefused) {
  begins("connect refused");
  EXPECT_TRUE(guest(s).refused());
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, AcceptedThenSilence) {
  begins("accepted, then silence");
  guest g(s);
  EXPECT_THAT(g.upgrade(), IsEmpty());
  EXPECT_THAT(g.after(10min), IsEmpty());
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, AcceptedThenReset) {
  begins("accepted, then RST");
  guest g(s);
  EXPECT_THAT(g.news(), ElementsAre("reset"));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, AProxysPage) {
  begins("502, 503, 504 with a proxy's page");
  guest g(s);
  EXPECT_THAT(g.upgrade(), ElementsAre("502", HasSubstr("<h1>502 Bad Gateway</h1>"), "fin"));
  EXPECT_THAT(g.head, HasSubstr("Retry-After: 30"));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, AnEmpty503) {
  begins("503, empty");
  EXPECT_THAT(guest(s).upgrade(), ElementsAre("503", "fin"));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, Banned) {
  begins("403, banned");
  EXPECT_THAT(guest(s).upgrade(), ElementsAre("403", "403: Forbidden", "fin"));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, BadRequest) {
  begins("400");
  EXPECT_THAT(guest(s).upgrade(), ElementsAre("400", "400: Bad Request", "fin"));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, ACaptivePortalsPageAndItsRedirect) {
  begins("200, a captive portal's page");
  EXPECT_THAT(guest(s).upgrade(),
              ElementsAre("200", HasSubstr("<h1>Log in to use this network</h1>"), "fin"));
  expect_hits();
  lifts();
  begins("302, to a captive portal");
  guest g(s);
  EXPECT_THAT(g.upgrade(), ElementsAre("302", HasSubstr("<h1>302 Found</h1>"), "fin"));
  EXPECT_THAT(g.head, HasSubstr("Location: http://portal.example/login"));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, AnUpgradeThatIsNone) {
  begins("101 with a wrong Sec-WebSocket-Accept");
  guest wrong(s);
  EXPECT_THAT(wrong.upgrade(), ElementsAre("101"));
  EXPECT_THAT(wrong.head, Not(HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
  EXPECT_THAT(wrong.after(5min), IsEmpty());
  expect_hits();
  lifts();
  begins("no HTTP but a banner");
  guest g(s);
  EXPECT_THAT(g.upgrade(), IsEmpty());
  EXPECT_THAT(g.banner, StartsWith("SSH-2.0-"));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, UpgradedThenSilence) {
  begins("upgraded, then no auth_required");
  guest g(s);
  EXPECT_THAT(g.upgrade(), ElementsAre("101"));
  EXPECT_THAT(g.after(5min), IsEmpty());
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, SilenceInTheLogin) {
  begins("auth_required, then silence");
  guest g(s);
  EXPECT_THAT(g.upgrade(), ElementsAre("101", HasSubstr("auth_required")));
  EXPECT_THAT(g.auth(), IsEmpty());
  EXPECT_THAT(g.after(5min), IsEmpty());
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, ClosedBehindTheLogin) {
  begins("auth_ok, then Close 1000");
  guest g(s);
  (void)g.upgrade();
  EXPECT_THAT(g.auth(), ElementsAre(HasSubstr("auth_ok")));
  EXPECT_THAT(g.after(1ms), ElementsAre("close 1000"));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, RefusedLoginIsClosedLater) {
  begins("auth_invalid, the Close later");
  guest g(s);
  (void)g.upgrade();
  EXPECT_THAT(g.auth(), ElementsAre(R"({"type":"auth_invalid","message":"Invalid access token or )"
                                    R"(password"})"));
  EXPECT_THAT(g.after(4999ms), IsEmpty());
  EXPECT_THAT(g.after(1ms), ElementsAre("close 1000"));
  expect_hits();
  lifts();
  expect_health();
}

// --- open connections ---

TEST_F(FaultMenuTest, ClosedInMidStream) {
  guest g(s);
  g.log_in();
  begins("Close 1000 in mid-stream");
  EXPECT_THAT(g.news(), ElementsAre("close 1000"));
  expect_hits();
  expect_health();
}

TEST_F(FaultMenuTest, CutWithoutClose) {
  guest g(s);
  g.log_in();
  begins("TCP ends without Close");
  EXPECT_THAT(g.news(), ElementsAre("fin"));
  expect_hits();
  expect_health();
}

TEST_F(FaultMenuTest, HalfOpen) {
  guest g(s);
  g.log_in();
  begins("half-open");
  EXPECT_THAT(g.asks(ping), IsEmpty());
  EXPECT_THAT(g.pings(), IsEmpty());
  EXPECT_THAT(g.after(1h), IsEmpty()) << "not even the server's heartbeat ends it";
  expect_hits();
  expect_health();
  lifts();
}

TEST_F(FaultMenuTest, PingFramesAreIgnored) {
  guest g(s);
  g.log_in();
  begins("Ping frames are not answered");
  EXPECT_THAT(g.pings(), IsEmpty());
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
  expect_hits();
  lifts();
  EXPECT_THAT(g.pings(), ElementsAre("pong"));
}

TEST_F(FaultMenuTest, QueueOverflow) {
  guest g(s);
  g.log_in();
  begins("queue overflow");
  EXPECT_THAT(g.news(), ElementsAre("close 1000"));
  expect_hits();
  expect_health();
}

TEST_F(FaultMenuTest, UnknownEvent) {
  guest g(s);
  g.log_in();
  begins("event of an unknown id");
  EXPECT_THAT(g.news(), ElementsAre(AllOf(StartsWith(R"({"type":"event","event":{)"),
                                          HasSubstr(R"("id":987654321)"))));
  expect_hits();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, EverythingStandsStill) {
  guest g(s);
  g.log_in();
  begins("everything stands still");
  EXPECT_THAT(g.asks(ping), IsEmpty());
  EXPECT_THAT(g.after(10min), IsEmpty());
  lifts();
  EXPECT_THAT(g.news(), ElementsAre(g.pong_of(1)));
  expect_hits();
  expect_health();
}

TEST_F(FaultMenuTest, TrickleAndFragments) {
  guest g(s);
  g.log_in();
  begins("messages in many frames");
  EXPECT_THAT(g.asks(ping), ElementsAre("2 frames: " + g.pong()));
  expect_hits();
  lifts();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
  begins("bytes trickle");
  EXPECT_THAT(g.asks(ping), IsEmpty());
  EXPECT_THAT(g.after(1s), IsEmpty());
  EXPECT_THAT(g.after(2s), ElementsAre(g.pong_of(g.id))) << "24 bytes of a frame, ten in a second";
  expect_hits();
  guest slow(s);
  EXPECT_THAT(slow.upgrade(), IsEmpty());
  EXPECT_EQ(slow.banner, "H") << "of HTTP/1.1 101";
  EXPECT_THAT(slow.after(1s), ElementsAre("TTP/1.1 10"));
  expect_hits(2);
  lifts();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, NoCompression) {
  constexpr auto offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  begins("no compression");
  guest plain(s);
  EXPECT_THAT(plain.upgrade(offer), ElementsAre("101", HasSubstr("auth_required")));
  EXPECT_THAT(plain.head, Not(HasSubstr("permessage-deflate")));
  expect_hits();
  lifts();
  guest packed(s);
  EXPECT_THAT(packed.upgrade(offer), ElementsAre("101", "packed"));
}

// --- answers ---

TEST_F(FaultMenuTest, NoPongToAPing) {
  guest g(s);
  g.log_in();
  begins("no pong to a ping command");
  EXPECT_THAT(g.asks(ping), IsEmpty());
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("success")));
  expect_hits();
  EXPECT_EQ(status().touched.back().what, fmt::format("answer 1: ping"));
  lifts();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, ACommandIsLost) {
  guest g(s);
  g.log_in();
  const auto before = state_of("light.kitchen");
  begins("command lost");
  EXPECT_THAT(g.asks(toggle), IsEmpty());
  EXPECT_EQ(state_of("light.kitchen"), before);
  expect_hits();
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("success")));
}

TEST_F(FaultMenuTest, AResultIsMinutesLate) {
  guest g(s);
  g.log_in();
  begins("result minutes late");
  EXPECT_THAT(g.asks(toggle), IsEmpty());
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
  for (int i = 0; i < 8; ++i) {
    EXPECT_THAT(g.after(20s), IsEmpty());
    EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
  }
  EXPECT_THAT(g.after(20s), ElementsAre(StartsWith(R"({"id":1,"type":"result")")));
  expect_hits();
}

TEST_F(FaultMenuTest, ResultsAreReordered) {
  guest g(s);
  g.log_in();
  begins("results reordered");
  EXPECT_THAT(g.asks(toggle), IsEmpty());
  EXPECT_THAT(g.asks(ping), SizeIs(1));
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong(), StartsWith(R"({"id":1,)")));
  expect_hits();
  EXPECT_EQ(status().where, fault_status::stage::ended);
}

TEST_F(FaultMenuTest, ExecutedAndTheResultLost) {
  guest g(s);
  g.log_in();
  const auto before = state_of("light.kitchen");
  begins("executed, result lost");
  EXPECT_THAT(g.asks(toggle), IsEmpty());
  EXPECT_NE(state_of("light.kitchen"), before);
  expect_hits();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, ExecutedAndClosed) {
  guest g(s);
  g.log_in();
  const auto before = state_of("light.kitchen");
  begins("executed, then Close instead of the result");
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
  EXPECT_THAT(g.asks(toggle), IsEmpty());
  EXPECT_THAT(g.after(1ms), ElementsAre("close 1000"));
  EXPECT_NE(state_of("light.kitchen"), before);
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, AnswersTwice) {
  guest g(s);
  g.log_in();
  begins("answers twice");
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong(), g.pong()));
  expect_hits();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, AWrongId) {
  guest g(s);
  g.log_in();
  begins("answer with a wrong id");
  EXPECT_THAT(g.asks(ping), ElementsAre(R"({"id":2,"type":"pong"})"));
  expect_hits();
  lifts();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, NoJson) {
  guest g(s);
  g.log_in();
  begins("no JSON");
  EXPECT_THAT(g.asks(ping), ElementsAre(R"({"id":1,"ty)"));
  expect_hits();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, AGiant) {
  guest g(s);
  g.log_in();
  begins("giant message");
  EXPECT_THAT(g.asks(ping), ElementsAre(SizeIs(8U << 20U)));
  expect_hits();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, AnErrorWithTranslationFields) {
  guest g(s);
  g.log_in();
  begins("error with translation fields");
  const auto before = state_of("light.kitchen");
  EXPECT_THAT(g.asks(toggle),
              ElementsAre(AllOf(HasSubstr(R"("code":"home_assistant_error","message":"Off")"),
                                HasSubstr(R"("translation_key":"offline")"),
                                HasSubstr(R"("translation_domain":"light")"))));
  EXPECT_EQ(state_of("light.kitchen"), before);
  expect_hits();
  lifts();
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("\"success\":true")));
}

TEST_F(FaultMenuTest, EverythingIsLate) {
  guest g(s);
  g.log_in();
  begins("everything is late");
  EXPECT_THAT(g.asks(ping), IsEmpty());
  EXPECT_THAT(g.after(1999ms), IsEmpty());
  EXPECT_THAT(g.after(1ms), ElementsAre(g.pong_of(1)));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, ArraysOfOne) {
  guest g(s);
  g.log_in();
  begins("arrays of one");
  EXPECT_THAT(g.asks(ping), ElementsAre("[" + g.pong() + "]"));
  expect_hits();
  lifts();
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

TEST_F(FaultMenuTest, LargeArrays) {
  guest g(s);
  g.log_in();
  begins("arrays of up to 4,095");
  EXPECT_THAT(g.asks(ping), IsEmpty());
  EXPECT_THAT(g.asks(ping), IsEmpty());
  EXPECT_THAT(g.after(1s), ElementsAre(R"([{"id":1,"type":"pong"},{"id":2,"type":"pong"}])"));
  std::size_t largest = 0;
  for (int i = 0; i < 5000; ++i) {
    for (const auto& each : g.asks(ping)) largest = std::max(largest, each.size());
  }
  EXPECT_GT(largest, 4095U * 20U);
  expect_hits();
  lifts();
}

// --- events ---

TEST_F(FaultMenuTest, ALateEvent) {
  guest g(s);
  g.log_in();
  begins("late event after the unsubscribe");
  EXPECT_THAT(g.asks(subscribe), SizeIs(2));
  const auto news = g.asks(toggle);
  ASSERT_THAT(news, SizeIs(2));
  EXPECT_THAT(g.asks(R"("type":"unsubscribe_events","subscription":1)"),
              ElementsAre(HasSubstr("\"success\":true"), news.front()));
  expect_hits();
}

TEST_F(FaultMenuTest, EventsTwice) {
  guest g(s);
  g.log_in();
  (void)g.asks(listen);
  begins("events twice");
  const auto news = g.asks(toggle);
  ASSERT_THAT(news, SizeIs(3));
  EXPECT_EQ(news[0], news[1]);
  expect_hits();
}

TEST_F(FaultMenuTest, TheEventFirst) {
  guest g(s);
  g.log_in();
  begins("event before its result");
  EXPECT_THAT(g.asks(subscribe),
              ElementsAre(HasSubstr("\"type\":\"event\""), HasSubstr("\"type\":\"result\"")));
  expect_hits();
  lifts();
}

TEST_F(FaultMenuTest, AFailedResultOfALiveSubscription) {
  guest g(s);
  g.log_in();
  (void)g.asks(listen);
  begins("failed result with a subscription's id");
  EXPECT_THAT(g.asks(toggle), ElementsAre(StartsWith(R"({"id":1,"type":"result","success":false)"),
                                          HasSubstr("\"success\":true")));
  expect_hits();
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("state_changed"), HasSubstr("success")));
}

TEST_F(FaultMenuTest, AStorm) {
  guest g(s);
  g.log_in();
  (void)g.asks(listen);
  begins("storm of state changes");
  std::size_t events = 0;
  for (int i = 0; i < 100; ++i) {
    const auto news = g.after(1ms);
    events += static_cast<std::size_t>(std::ranges::count_if(
        news, [](const auto& each) { return each.find("state_changed") != std::string::npos; }));
  }
  EXPECT_EQ(events, 2000U);
  expect_hits(2000);
  EXPECT_EQ(status().where, fault_status::stage::ended);
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong()));
}

// --- the home ---

TEST_F(FaultMenuTest, AnEntityIsRemoved) {
  guest g(s);
  g.log_in();
  (void)g.asks(subscribe);
  begins("entity removed");
  EXPECT_THAT(g.news(), ElementsAre(R"({"type":"event","event":{"r":["light.kitchen"]},"id":1})"));
  EXPECT_EQ(state_of("light.kitchen"), "missing");
  expect_hits();
}

TEST_F(FaultMenuTest, AnEntityIsRenamed) {
  guest g(s);
  g.log_in();
  (void)g.asks(R"("type":"subscribe_entities")");
  begins("entity renamed");
  EXPECT_THAT(g.news(), ElementsAre(HasSubstr(R"({"r":["light.kitchen"]})"),
                                    HasSubstr(R"({"a":{"light.galley":)")));
  expect_hits();
}

TEST_F(FaultMenuTest, SuccessOnAnUnavailableEntity) {
  guest g(s);
  g.log_in();
  const auto before = state_of("light.kitchen");
  (void)g.asks(subscribe);
  begins("success on an unavailable entity");
  EXPECT_THAT(g.news(), ElementsAre(HasSubstr(R"("s":"unavailable")")));
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("\"success\":true")));
  EXPECT_EQ(state_of("light.kitchen"), "unavailable");
  expect_hits();
  lifts();
  EXPECT_EQ(state_of("light.kitchen"), before);
}

TEST_F(FaultMenuTest, UpButEmpty) {
  guest before(s);
  before.log_in();
  begins("up, but empty: NOT_RUNNING");
  EXPECT_THAT(before.news(), Contains("close 1000"));
  s.world.advance(2s);
  guest g(s);
  g.log_in();
  EXPECT_THAT(g.asks(R"("type":"get_config")"), ElementsAre(HasSubstr(R"("state":"NOT_RUNNING")")));
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("not_found")));
  EXPECT_THAT(g.asks(R"("type":"zone/list")"), ElementsAre(HasSubstr("unknown_command")));
  expect_hits();
  lifts();
  EXPECT_EQ(s.it.phase(), restart_phase::running);
}

TEST_F(FaultMenuTest, RestoredAsUnavailable) {
  begins("restored as unavailable");
  s.world.advance(2s);
  guest g(s);
  g.log_in();
  const auto states = g.asks(R"("type":"get_states")");
  EXPECT_THAT(states, ElementsAre(AllOf(HasSubstr(R"("state":"unavailable")"),
                                        HasSubstr(R"("restored":true)"))));
  lifts();
  EXPECT_THAT(g.asks(R"("type":"get_states")"), ElementsAre(Not(HasSubstr(R"("restored":true)"))));
}

TEST_F(FaultMenuTest, ARestartTakesItsResultAlong) {
  guest g(s);
  g.log_in();
  begins("restart that takes its result along");
  EXPECT_EQ(status().where, fault_status::stage::armed);
  EXPECT_THAT(g.asks(R"("type":"call_service","domain":"homeassistant","service":"restart")"),
              IsEmpty());
  EXPECT_THAT(g.after(1ms), ElementsAre("close 1000"));
  expect_hits();
  EXPECT_EQ(status().where, fault_status::stage::in_force);
  s.world.advance(5min);
  EXPECT_EQ(status().where, fault_status::stage::ended);
  expect_health();
}

TEST_F(FaultMenuTest, AnotherVersion) {
  begins("another version after the reconnect");
  guest g(s);
  EXPECT_THAT(g.upgrade(), ElementsAre("101", HasSubstr(R"("ha_version":"2026.7.0")")));
  expect_hits();
}

TEST_F(FaultMenuTest, TheClockJumps) {
  guest g(s);
  g.log_in();
  (void)g.asks(listen);
  const auto hour = [&] {
    const auto news = g.asks(toggle).front();
    const auto fired = news.find("\"time_fired\":\"");
    return std::stoi(news.substr(news.find('T', fired) + 1, 2));
  };
  const int before = hour();
  begins("wall clock jumps");
  EXPECT_EQ((hour() + 23) % 24, before);
  expect_hits();
  lifts();
  EXPECT_EQ(hour(), before);
}

// --- tokens ---

TEST_F(FaultMenuTest, TheTokenIsRevoked) {
  guest g(s);
  g.log_in();
  begins("token revoked");
  EXPECT_THAT(g.news(), ElementsAre("close 1000"));
  expect_hits();
  guest again(s);
  (void)again.upgrade();
  EXPECT_THAT(again.auth(), Contains(HasSubstr("auth_invalid")));
}

TEST_F(FaultMenuTest, TheTokenHasExpired) {
  auto& tokens = s.it.tokens();
  const auto now = to_wall_time(s.world.time().wall_now());
  const auto code = tokens.make_code("http://x.local/", user{}.id, now);
  const auto granted = tokens.redeem_code(code, "http://x.local/", now);
  ASSERT_TRUE(granted.has_value());
  guest g(s);
  g.log_in(granted->access_token);
  begins("token expired at reconnect");
  EXPECT_THAT(g.asks(ping), ElementsAre(g.pong())) << "an open socket is not closed";
  guest again(s);
  (void)again.upgrade();
  EXPECT_THAT(again.auth(granted->access_token), Contains(HasSubstr("auth_invalid")));
  EXPECT_TRUE(tokens.refresh(granted->refresh_token, "http://x.local/", now).has_value());
  expect_hits();
}

TEST_F(FaultMenuTest, ARefreshIsRefused) {
  begins("refresh answered 400, 403, 500");
  const auto answer = s.asks(s.world.dial(), "POST", "/auth/token", "", "grant_type=refresh_token");
  EXPECT_THAT(answer, AllOf(HasSubstr("HTTP/1.1 400"), HasSubstr(R"({"error":"invalid_grant"})")));
  expect_hits();
  expect_health();
}

TEST_F(FaultMenuTest, ARefreshIsNotAnswered) {
  begins("refresh not answered");
  const auto wire = s.world.dial();
  EXPECT_EQ(s.asks(wire, "POST", "/auth/token", "", "grant_type=refresh_token"), "");
  s.world.advance(10min);
  EXPECT_EQ(wire->take(), "");
  EXPECT_FALSE(wire->shut);
  expect_hits();
  expect_health();
}

// --- by hand ---

TEST_F(FaultMenuTest, ANetworkFaultIsNotAServers) {
  scenario::fault f;
  f.what = scenario::blackhole_fault{};
  EXPECT_THAT(s.it.inject(f).error(), HasSubstr("network"));
}

TEST_F(FaultMenuTest, ItsBeginAndEndAreJournalled) {
  const auto number = s.it.inject(parsed(R"({"kind":"lose_answer","name":"mine","for":"5s"})"));
  ASSERT_TRUE(number.has_value());
  s.world.advance(5s);
  EXPECT_THAT(s.told(0), ElementsAre(fmt::format("fault_began {} mine", *number),
                                     fmt::format("fault_ended {} mine", *number)));
}

TEST_F(FaultMenuTest, ResetLiftsEverything) {
  ASSERT_TRUE(s.it.inject(parsed(R"({"kind":"lose_answer"})")));
  ASSERT_TRUE(s.it.inject(parsed(R"({"kind":"stall","after":{"command":"ping"}})")));
  ASSERT_TRUE(s.it.inject(parsed(R"({"kind":"version","to":"2030.1.0"})")));
  s.it.reset();
  EXPECT_THAT(s.it.faults(), IsEmpty());
  EXPECT_THAT(guest(s).upgrade(), ElementsAre("101", Not(HasSubstr("2030.1.0"))));
  expect_health();
}

// A fault that is in force when the server stops does not keep it.
TEST_F(FaultMenuTest, TheServerStopsWhateverIsInForce) {
  guest g(s);
  g.log_in();
  for (const auto& [what, json] : menu()) {
    if (json.find("refuse") == std::string::npos) (void)s.it.inject(parsed(json));
  }
  s.stop();
  s.world.advance(1min);
  EXPECT_TRUE(s.ended());
}

TEST_F(FaultMenuTest, CompressedMessagesAreRefused) {
  begins("compressed messages are refused");
  guest packed(s);
  (void)packed.upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n");
  EXPECT_THAT(packed.asks(ping), Contains("close 1002"));
  expect_hits();
  guest plain(s);
  plain.log_in();
  EXPECT_THAT(plain.asks(ping), ElementsAre(plain.pong()));
  EXPECT_EQ(status().hits, 1U);
  lifts();
}

TEST_F(FaultMenuTest, NothingIsReadAnyMore) {
  guest g(s);
  g.log_in();
  (void)g.asks(listen);
  begins("nothing is read any more");
  EXPECT_THAT(g.asks(ping), IsEmpty());
  s.it.set_state("light.kitchen", "storm", {});
  s.world.settle();
  EXPECT_THAT(g.news(), ElementsAre(HasSubstr("state_changed"))) << "it goes on sending";
  expect_hits();
  lifts();
  EXPECT_THAT(g.news(), ElementsAre(guest::pong_of(2)));
}

TEST_F(FaultMenuTest, ACrowdWaits) {
  begins("a crowd waits at the door");
  guest first(s);
  first.log_in();
  guest second(s);
  EXPECT_THAT(second.upgrade(), IsEmpty());
  EXPECT_THAT(second.after(1s), ElementsAre(StartsWith("HTTP/1.1 101")));
  expect_hits();
  lifts();
  expect_health();
}

TEST_F(FaultMenuTest, ACrowdIsReset) {
  begins("a crowd is reset");
  guest first(s);
  first.log_in();
  guest second(s);
  EXPECT_THAT(second.upgrade(), Contains("reset"));
  expect_hits();
  s.world.advance(1s);
  expect_health();
}

TEST_F(FaultMenuTest, ACrowdIsDenied) {
  begins("a crowd gets 429");
  guest first(s);
  first.log_in();
  guest second(s);
  EXPECT_THAT(second.upgrade(), Contains("429"));
  EXPECT_THAT(second.head, HasSubstr("Retry-After: 5"));
  expect_hits();
  s.world.advance(1s);
  expect_health();
}

TEST_F(FaultMenuTest, EventsAreMuted) {
  guest g(s);
  g.log_in();
  (void)g.asks(listen);
  begins("no events, though answers and pongs");
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("\"success\":true")));
  EXPECT_THAT(g.pings(), ElementsAre("pong"));
  expect_hits();
  lifts();
  EXPECT_THAT(g.asks(toggle),
              ElementsAre(HasSubstr("state_changed"), HasSubstr("\"success\":true")));
}

TEST_F(FaultMenuTest, ADeadSubscriptionStaysDead) {
  guest g(s);
  g.log_in();
  begins("a subscription that is dead");
  EXPECT_THAT(g.asks(listen), ElementsAre(HasSubstr("\"success\":true")));
  EXPECT_EQ(status().where, fault_status::stage::ended) << "its one hit is used up";
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("\"success\":true")));
  expect_hits();
  (void)g.asks(listen);  // A second one lives.
  EXPECT_THAT(g.asks(toggle), SizeIs(2));
}

TEST_F(FaultMenuTest, RecoveryModeLoadsHardlyAnything) {
  guest before(s);
  before.log_in();
  begins("recovery mode");
  EXPECT_THAT(before.news(), Contains("close 1000"));
  guest g(s);
  g.log_in();
  EXPECT_THAT(g.asks(R"("type":"get_config")"),
              ElementsAre(AllOf(HasSubstr("\"recovery_mode\":true"), HasSubstr("RUNNING"))));
  EXPECT_THAT(g.asks(R"("type":"get_states")"), ElementsAre(HasSubstr("\"result\":[]")));
  EXPECT_THAT(g.asks(toggle), ElementsAre(HasSubstr("\"success\":false")));
  expect_hits();
  lifts();
  guest after(s);
  after.log_in();
  EXPECT_THAT(after.asks(toggle), ElementsAre(HasSubstr("\"success\":true")));
}

TEST_F(FaultMenuTest, ARestartShowsDefaultsThatNeverWere) {
  s.it.set_state("light.kitchen", "on", {});
  begins("restart with changes that never happened");
  s.world.advance(2500ms);
  EXPECT_EQ(state_of("light.kitchen"), "missing");
  s.world.advance(1s);
  EXPECT_EQ(state_of("light.kitchen"), "off");
  s.world.advance(1s);
  EXPECT_EQ(state_of("light.kitchen"), "on");
}

// Runs last (tests of one case run in the order of their declaration); alone it knows nothing.
TEST_F(FaultMenuTest, EveryLineOfTheMenuIsPlayed) {
  ASSERT_GT(menu().size(), 45U);
  for (const auto& [what, json] : menu()) {
    EXPECT_TRUE(played().empty() || played().contains(what)) << what;
  }
}

}  // namespace
}  // namespace hassle::mockha
