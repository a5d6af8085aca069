// Servers that mean harm, or are badly broken, against the whole client: what they cost is bounded,
// every command ends with a clear word, and the client is itself again when they are.
#include "harness/client_settings.hpp"
#include "harness/simulation/host.hpp"
#include "harness/simulation/network.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "hostile_home.hpp"
#include "peak_memory.hpp"
#include "scenarios/library.hpp"

#include <hassle/client/client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using client::outcome_kind;
using ::testing::Contains;

constexpr std::size_t mebibyte = 1U << 20U;

/// Hears why connections ended, and forgets the rest.
class last_words final : public client::observer {
 public:
  void on_event(const client::client_event& event) override {
    if (event.kind == client::client_event_kind::closed) all.emplace(event.text);
    longest = std::max(longest, event.text.size());
  }
  std::set<std::string> all;
  std::size_t longest = 0;
};

/// What is left of an outcome when its result, which may be large, is given back.
struct end_of_command {
  outcome_kind kind{};
  std::string detail;
};

class HostileServerTest : public ::testing::Test {
 protected:
  HostileServerTest() {
    settings_.server = {"home.test", 8123};
    settings_.access_token = "t";
    settings_.unpredictable_masks = false;
    settings_.message_bytes_max = mebibyte;
    settings_.reconnect->backoff_base = 10s;  // Fewer rounds show as much, in less time.
    home_.start({home_host_.address(), 8123});
  }

  /// Minutes of evil, with a command in each; then peace. What happened is in the members.
  void suffer(int minutes = 3) {
    client::resilient_client client(client_host_, settings_, &words_);
    net::task_group tasks(world_.executor());
    forget_peak();
    const std::size_t before = memory_in_use();
    for (int i = 1; i < minutes; ++i) tasks.spawn(ask(client, net::time_point(i * 1min), during_));
    world_.run_until(net::time_point(minutes * 1min));
    took_ = peak_memory() - before;
    home_.evil = {};
    tasks.spawn(ask(client, net::time_point(20min), after_));
    world_.run_until(net::time_point(21min));
    bool ended = false;
    tasks.spawn(end(client, ended));
    world_.run_until(net::time_point(22min));
    EXPECT_TRUE(ended);
    EXPECT_EQ(tasks.size(), 0U);
    EXPECT_EQ(net_.open_connections(), 0U);
    expect_sanity(static_cast<std::size_t>(minutes) - 1);
  }

  void expect_sanity(std::size_t commands) {
    ASSERT_EQ(during_.size(), commands) << "a command hangs";
    for (const end_of_command& each : during_) {
      const bool answered = each.kind == outcome_kind::fresh || each.kind == outcome_kind::stale;
      EXPECT_TRUE(answered || !each.detail.empty()) << "an error without a word";
      EXPECT_LE(each.detail.size(), 4096U);
    }
    EXPECT_LE(words_.longest, 4096U);
    ASSERT_EQ(after_.size(), 1U);
    EXPECT_EQ(after_[0].kind, outcome_kind::fresh) << after_[0].detail;
    EXPECT_LE(home_.visits(), 22U * 60U) << "it comes back too often";
  }

  asio::awaitable<void> ask(client::resilient_client& who, net::time_point at,
                            std::vector<end_of_command>& into) {
    (void)co_await net::sleep_until(client_host_.time(), at);
    client::command what;
    what.body = {{"type", "call_service"}, {"domain", "light"}, {"service", "turn_on"}};
    client::outcome came = co_await who.send(std::move(what), at + 30s);
    into.push_back({came.kind, std::move(came.detail)});
  }
  asio::awaitable<void> end(client::resilient_client& who, bool& ended) {
    co_await who.stop();
    co_await home_.stop();
    ended = true;
  }

  simulated_world world_{1};
  network net_{world_, {.latency = 10ms}, [](const reports::event&) {}};
  host& home_host_ = net_.add_host("home.test");
  host& client_host_ = net_.add_host("client");
  last_words words_;
  hostile_home home_{home_host_};
  client::config settings_ = client_settings(*scenario::find_profile("production")).value();
  std::vector<end_of_command> during_;
  std::vector<end_of_command> after_;
  std::size_t took_ = 0;
};

using visitor = hostile_home::visitor;

TEST_F(HostileServerTest, EndlessEventsThatNobodyAskedForEndTheConnection) {
  const auto flood = [](visitor& to) {
    for (int i = 0; i < 1000; ++i) to.send(R"({"id":999999,"type":"event","event":{}})");
  };
  home_.evil = {.after_login = flood, .drained = flood};
  suffer();
  EXPECT_THAT(words_.all, Contains("too many messages that nobody asked for"));
  EXPECT_LE(took_, 64 * mebibyte);
}

TEST_F(HostileServerTest, DeepJsonIsNoMessage) {
  const auto dig = [](visitor& to) { to.send(std::string(500'000, '[')); };
  home_.evil = {.after_login = dig, .drained = dig};
  suffer();
  EXPECT_THAT(words_.all, Contains("what the server sends is no message"));
  EXPECT_LE(took_, 32 * mebibyte);
}

TEST_F(HostileServerTest, AMessageAboveTheLimitIsNotRead) {
  const auto shout = [](visitor& to) { to.send(std::string(8 * mebibyte, ' ')); };
  home_.evil = {.after_login = shout, .drained = shout};
  suffer();
  EXPECT_LE(took_, 3 * 3 * 8 * mebibyte) << "the server's own queues, and little else";
}

/// As many values as go into the limit.
std::string many(std::string_view first, std::string_view each, std::string_view last) {
  std::string text(first);
  while (text.size() + each.size() + last.size() + 1 < mebibyte) {
    text.append(each);
    text += ',';
  }
  text.pop_back();
  return text.append(last);
}

TEST_F(HostileServerTest, AListOfCountlessMessagesCostsNoMoreThanItsBytes) {
  const std::string list = many("[", R"({"type":"pong"})", "]");
  const std::string zeros = many("[", "0", "]");
  const auto send = [&](visitor& to) {
    to.send(list);
    to.send(zeros);
  };
  home_.evil = {.after_login = send, .drained = send};
  suffer();
  EXPECT_LE(took_, 64 * mebibyte);
}

TEST_F(HostileServerTest, AnAnswerOfCountlessValuesCostsAMultipleOfItsBytes) {
  home_.evil.command = [](visitor& to, std::int64_t id) {
    to.send(many(R"({"id":)" + std::to_string(id) + R"(,"type":"result","success":true,"result":[)",
                 "0", "]}"));
    return true;
  };
  suffer();
  EXPECT_LE(took_, 128 * mebibyte);
}

TEST_F(HostileServerTest, ATrickleThatNeverMakesAMessageIsGivenUp) {
  home_.evil.command = [](visitor& to, std::int64_t id) {
    constexpr std::int64_t first_ids = 3;  // "RUNNING?", and the mirror's subscription.
    if (id <= first_ids) return false;
    to.socket().trickle(1, 1s);
    to.send(std::string(mebibyte / 2, ' '));
    return true;
  };
  suffer(15);
  EXPECT_THAT(words_.all, Contains("a message that does not end"));
  EXPECT_LE(took_, 32 * mebibyte);
}

TEST_F(HostileServerTest, WrongIdsAreNobodysAnswers) {
  home_.evil.command = [](visitor& to, std::int64_t id) {
    to.send(R"({"id":)" + std::to_string(id + 1'000) +
            R"(,"type":"result","success":true,"result":null})");
    return true;
  };
  suffer();
  for (const end_of_command& each : during_) EXPECT_NE(each.kind, outcome_kind::fresh);
  EXPECT_LE(took_, 32 * mebibyte);
}

TEST_F(HostileServerTest, BadUtf8EndsTheConnection) {
  home_.evil.after_login = [](visitor& to) { to.send("{\"id\":1,\"type\":\"\xff\xfe\"}"); };
  suffer();
  EXPECT_FALSE(words_.all.empty());
  EXPECT_LE(took_, 32 * mebibyte);
}

TEST_F(HostileServerTest, ACompressedBombIsDefused) {
  settings_.deflate = true;
  const auto bomb = [](visitor& to) { to.send(std::string(4 * mebibyte, ' ')); };
  home_.evil = {.after_login = bomb, .drained = bomb};
  suffer();
  EXPECT_LE(took_, 3 * 3 * 4 * mebibyte + 32 * mebibyte)
      << "the server's own queues, and little else";
}

TEST_F(HostileServerTest, AGreetingThatNeverEndsIsLeftInTime) {
  home_.evil.greet = [](visitor& to) {
    for (int i = 0; i < 4000; ++i) {
      to.send(R"({"type":"auth_invalid_no_required","message":")" + std::string(1000, 'x') + "\"}");
    }
  };
  suffer();
  EXPECT_LE(took_, 64 * mebibyte);
}

TEST_F(HostileServerTest, WordsOfAServerAreKeptShort) {
  home_.evil.greet = [](visitor& to) {
    to.send(R"({"type":"auth_required","ha_version":")" + std::string(500'000, 'v') + "\"}");
  };
  home_.evil.command = [](visitor& to, std::int64_t id) {
    to.send(R"({"id":)" + std::to_string(id) +
            R"(,"type":"result","success":false,"error":{"code":")" + std::string(100'000, 'c') +
            R"(","message":")" + std::string(100'000, 'm') + R"("}})");
    return true;
  };
  suffer();
  EXPECT_LE(took_, 32 * mebibyte);
}

}  // namespace
}  // namespace hassle::harness
