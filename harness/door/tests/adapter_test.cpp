// Adapters that misbehave, as processes: each says what the shell makes it say.
#include "harness/door/adapter.hpp"

#include <hassle/net/real_world.hpp>

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include <string>

namespace hassle::harness::door {
namespace {

using ::testing::HasSubstr;

constexpr const char* greet = R"(echo '{"op":"hello","protocol":1,"name":"mine","time":"wall"}'; )";

class AdapterTest : public ::testing::Test {
 protected:
  /// Launches, starts, gives it command 1, and waits for its outcome or its fault.
  void talk_to(const std::string& script, adapter_limits limits = {}) {
    adapter a(context_.get_executor(), world_.time(), limits);
    net::task_group tasks(context_.get_executor());
    tasks.spawn(converse(a, "sh -c '" + escaped(script) + "'"));
    context_.run();
  }

  asio::awaitable<void> converse(adapter& a, std::string command) {
    net::gate over;
    a.on_fault = [&over](const adapter_fault&) { over.open(); };
    a.on_said = [&](const said& what) {
      if (std::holds_alternative<outcome_said>(what)) over.open();
    };
    a.launch(command);
    co_await a.ready();
    if (!a.fault()) {
      a.start({.url = "ws://127.0.0.1:1/", .token = "t", .ca = {}, .subscribe = {}});
      a.command(1, {{"type", "get_states"}}, 1000);
      static_cast<void>(co_await over.wait(world_.time()));
    }
    co_await a.end(adapter::manner::stop);
    if (a.fault()) fault_ = *a.fault();
    how_it_ended_ = a.how_it_ended();
  }

  static std::string escaped(const std::string& script) {
    std::string result;
    for (const char c : script) {
      if (c == '\'') {
        result += R"('\'')";
      } else {
        result += c;
      }
    }
    return result;
  }

  asio::io_context context_;
  net::real_world world_{context_, 1};
  adapter_fault fault_;
  std::string how_it_ended_;
};

TEST_F(AdapterTest, AGoodOneHasNoFault) {
  talk_to(std::string(greet) +
          R"(read a; read b; echo '{"op":"outcome","id":1,"outcome":"fresh"}'; read c; exit 0)");
  EXPECT_EQ(fault_.what, "");
  EXPECT_EQ(how_it_ended_, "exited with 0");
}

TEST_F(AdapterTest, OneThatDoesNotExistSaysWhatTheShellSays) {
  talk_to("/nowhere/adapter");
  EXPECT_EQ(fault_.what, "exited with 127 without having said hello");
  EXPECT_THAT(fault_.errors, HasSubstr("/nowhere/adapter"));
}

TEST_F(AdapterTest, ACrashInTheMiddleIsToldWithItsLastWords) {
  talk_to(std::string(greet) + "read a; echo out of ideas >&2; exit 3");
  EXPECT_EQ(fault_.what, "exited with 3 in the middle");
  EXPECT_EQ(fault_.errors, "out of ideas");
}

TEST_F(AdapterTest, ASignalIsNamed) {
  talk_to(std::string(greet) + "read a; kill -SEGV $$");
  EXPECT_EQ(fault_.what, "was killed by signal 11 in the middle");
}

TEST_F(AdapterTest, SilenceIsAFault) {
  talk_to("read a", {.hello = std::chrono::milliseconds(20)});
  EXPECT_EQ(fault_.what, "has not said hello within 0.02 s");
}

TEST_F(AdapterTest, GarbageIsShown) {
  talk_to(std::string(greet) + "echo 'Welcome!'; read a; read b; read c");
  EXPECT_THAT(fault_.what, HasSubstr("(line 2) says what is not JSON"));
  EXPECT_EQ(fault_.line, "Welcome!");
}

TEST_F(AdapterTest, AFloodIsStopped) {
  talk_to(std::string(greet) + R"(yes '{"op":"state","text":"x"}')");
  EXPECT_THAT(fault_.what, HasSubstr("floods"));
}

TEST_F(AdapterTest, ALineWithoutAnEndIsStopped) {
  talk_to(std::string(greet) + "cat /dev/zero");
  EXPECT_THAT(fault_.what, HasSubstr("says a line longer than"));
}

TEST_F(AdapterTest, OneThatIgnoresStopIsKilled) {
  talk_to(
      std::string(greet) +
          R"(read a; read b; echo '{"op":"outcome","id":1,"outcome":"fresh"}'; cat >/dev/null; sleep 100)",
      {.stop = std::chrono::milliseconds(20)});
  EXPECT_EQ(fault_.what, "has not exited within 0.02 s of stop");
  EXPECT_EQ(how_it_ended_, "was killed by signal 9");
}

}  // namespace
}  // namespace hassle::harness::door
