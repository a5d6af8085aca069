// 'hassle proxy' as people call it: real sockets of this machine, ports that it picks.
#include "harness/tests/program.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hassle::harness {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// The program while it runs; its standard output.
class running_proxy {
 public:
  explicit running_proxy(std::vector<std::string> arguments) {
    std::string path = HASSLE_BINARY_DIR "/bin/hassle";
    arguments.insert(arguments.begin(), "proxy");
    std::vector<char*> words{path.data()};
    for (auto& a : arguments) words.push_back(a.data());
    words.push_back(nullptr);
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    process_ = fork();
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(path.c_str(), words.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  running_proxy(const running_proxy&) = delete;
  running_proxy& operator=(const running_proxy&) = delete;
  ~running_proxy() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
    close(output_);
  }
  std::string line() {
    std::string text;
    for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  /// The number behind the last colon of the text before the first comma.
  std::uint16_t port() {
    const std::string text = line();
    const std::string place = text.substr(0, text.find(','));
    return static_cast<std::uint16_t>(std::stoi(place.substr(place.rfind(':') + 1)));
  }
  /// Ctrl-C; its exit status, and what it printed since.
  std::pair<int, std::string> interrupt() {
    kill(process_, SIGINT);
    std::string rest;
    for (char c = 0; read(output_, &c, 1) == 1;) rest += c;
    int status = 0;
    waitpid(std::exchange(process_, -1), &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), rest};
  }

 private:
  pid_t process_ = -1;
  int output_ = -1;
};

/// A server; each test says what it does.
struct place {
  asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};

  [[nodiscard]] std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  }
  tcp::socket dial(std::uint16_t port) {
    tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});
    return socket;
  }
};

std::string read_exactly(tcp::socket& from, std::size_t bytes) {
  std::string text(bytes, '\0');
  error_code ec;
  text.resize(asio::read(from, asio::buffer(text), ec));
  return text;
}

/// One request to the control API, and the whole answer.
std::string ask(place& from, std::uint16_t port, const std::string& request_line,
                const std::string& body = {}) {
  tcp::socket socket = from.dial(port);
  const std::string text = request_line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  asio::write(socket, asio::buffer(text));
  std::string answer;
  error_code ec;
  asio::read(socket, asio::dynamic_buffer(answer), ec);
  return answer;
}

TEST(ProxyCli, PassesBytesOnAndCountsThem) {
  place server;
  running_proxy proxy({"--upstream", server.address(), "--listen", "127.0.0.1:0"});
  tcp::socket client = server.dial(proxy.port());
  tcp::socket accepted = server.acceptor.accept();
  const std::string secret = R"({"type":"auth","access_token":"s3cret"})";
  asio::write(client, asio::buffer(secret));
  EXPECT_EQ(read_exactly(accepted, secret.size()), secret);
  asio::write(accepted, asio::buffer(std::string("ok")));
  EXPECT_EQ(read_exactly(client, 2), "ok");
  const auto [status, out] = proxy.interrupt();
  EXPECT_EQ(status, 0);
  EXPECT_THAT(out, AllOf(HasSubstr("1 connections"), HasSubstr("no fault was met"),
                         HasSubstr(std::to_string(secret.size() + 2) + " bytes"),
                         Not(HasSubstr("s3cret"))));
}

TEST(ProxyCli, AToxicOfTheApiIsMetAndTold) {
  place server;
  running_proxy proxy({"--upstream", server.address(), "--admin", "127.0.0.1:0"});
  const std::uint16_t listening = proxy.port();
  const std::uint16_t admin = proxy.port();
  EXPECT_THAT(ask(server, admin, "POST /proxies/upstream/toxics",
                  R"({"type":"limit_data","attributes":{"bytes":3}})"),
              HasSubstr("limit_data_downstream"));
  tcp::socket client = server.dial(listening);
  tcp::socket accepted = server.acceptor.accept();
  asio::write(accepted, asio::buffer(std::string("abcdef")));
  EXPECT_EQ(read_exactly(client, 6), "abc");
  const auto [status, out] = proxy.interrupt();
  EXPECT_EQ(status, 0);
  EXPECT_THAT(out, HasSubstr("limit_data_downstream: met by 1 connections"));
}

TEST(ProxyCli, ErrorsOfTheApiAreThoseOfToxiproxy) {
  place server;
  running_proxy proxy({"--admin", "127.0.0.1:0"});
  const std::uint16_t admin = proxy.port();
  EXPECT_THAT(ask(server, admin, "GET /proxies/none"),
              AllOf(HasSubstr(" 404 "), HasSubstr(R"({"error":"proxy not found","status":404})")));
  EXPECT_THAT(ask(server, admin, "POST /proxies", "{"), HasSubstr(" 400 "));
  EXPECT_THAT(ask(server, admin, "POST /proxies", R"({"upstream":"a:1"})"),
              HasSubstr("missing required field: name"));
  EXPECT_THAT(ask(server, admin, "POST /proxies", R"({"name":"x","upstream":"nowhere"})"),
              HasSubstr(" 400 "));
  EXPECT_THAT(ask(server, admin, "GET /version"), HasSubstr("2.5"));
  EXPECT_THAT(ask(server, admin, "GET /reset"), HasSubstr(" 405 "));
}

TEST(ProxyCli, AScenarioSaysWhatAProxyCannotPlay) {
  place server;
  running_proxy proxy({"--upstream", server.address(), "--scenario", "ha-restart"});
  EXPECT_THAT(proxy.line(), HasSubstr("listening on"));
  EXPECT_THAT(proxy.line(), HasSubstr("faults of ha-restart"));
  EXPECT_THAT(proxy.line(), HasSubstr("left out"));
  EXPECT_EQ(proxy.interrupt().first, 0);
}

TEST(ProxyCli, WhatIsWrongIsBadInput) {
  EXPECT_EQ(run_program("proxy").status, 2);
  EXPECT_EQ(run_program("proxy --upstream nowhere").status, 2);
  EXPECT_EQ(run_program("proxy --upstream ws://user@127.0.0.1:1").status, 2);
  EXPECT_EQ(run_program("proxy --upstream 127.0.0.1:1 --scenario no-such").status, 2);
  EXPECT_EQ(run_program("proxy --admin 0.0.0.0:0").status, 2);
  const auto help = run_program("proxy --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
}

}  // namespace
}  // namespace hassle::harness
