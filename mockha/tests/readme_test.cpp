// Every curl of the README does what it is there for.
#include "mockha/tests/running_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace hassle::mockha::tests {
namespace {

using testing::StartsWith;

std::vector<std::string> readme() {
  std::ifstream in(std::string(HASSLE_SOURCE_DIR) + "/mockha/README.md");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

/// What a shell command prints.
std::string shell(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");  // NOLINT(cert-env33-c): it is what readers type.
  if (!pipe) return "cannot run a shell";
  std::string text;
  std::array<char, 4096> part{};
  for (std::size_t size = 0; (size = fread(part.data(), 1, part.size(), pipe)) > 0;) {
    text.append(part.data(), size);
  }
  pclose(pipe);
  return text;
}

class ReadmeTest : public testing::Test {
 protected:
  ReadmeTest() {
    ready_ = mockha_.line();
    while (!ready_.starts_with("{") && !ready_.empty()) ready_ = mockha_.line();  // stderr
    const auto at = ready_.find("\"admin\":\"") + 9;
    admin_ = ready_.substr(at, ready_.find('"', at) - at);
  }
  /// The status of what a reader types, on the port that is ours; the body is thrown away.
  std::string status_of(std::string command) {
    const std::string documented = "http://127.0.0.1:8124";
    command.replace(command.find(documented), documented.size(), admin_);
    return shell(command + " -sS -o /dev/null -w '%{http_code}' 2>&1");
  }

  program mockha_{
      {"--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--scenario", "ha-restart"}};
  std::string ready_;
  std::string admin_;
};

}  // namespace

TEST_F(ReadmeTest, EveryCurlIsAnswered) {
  int count = 0;
  for (const std::string& line : readme()) {
    if (!line.starts_with("    curl ")) continue;
    ++count;
    const std::string status = status_of(line.substr(4));
    // Nobody is connected here.
    const bool of_connection = line.find("/connections/") != std::string::npos;
    EXPECT_THAT(status, StartsWith(of_connection ? "404" : "20")) << line;
  }
  EXPECT_GE(count, 15);
}

}  // namespace hassle::mockha::tests
