// Golden transcripts: the exact texts of every kind of message. A file holds lines beginning with
// '>' (what the client sends) and the texts that the server sends; UPDATE_GOLDEN=1 rewrites the
// latter from the former, for a look at the difference.
#include "story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

// What a transcript's client cannot send: what happens around it.
std::optional<lines> happens(story& s, std::string_view what) {
  if (what == "(connects)") return s.opened();
  if (what == "(is a guest)") {
    s.authenticated("guest");
    return lines();
  }
  if (what == "(not running)") return s.enters(core_state::not_running);
  if (what == "(running)") return s.enters(core_state::running);
  if (what == "(a second)") return s.after(std::chrono::seconds(1)).timer();
  if (what == "(2026.9.0)") {
    s.around.settings.version = "2026.9.0";
    return lines();
  }
  return std::nullopt;
}

/// Plays what a transcript's client sends and writes down what happens.
std::string replayed(const std::string& transcript) {
  story s;
  std::string text;
  std::istringstream in(transcript);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) {
      text += line + "\n";
      continue;
    }
    if (!line.starts_with("> ")) continue;
    text += line + "\n";
    const std::string_view what = std::string_view(line).substr(2);
    auto got = happens(s, what);
    if (!got) {
      if (s.core.where() == session_core::phase::fresh) s.authenticated();
      got = s.after(std::chrono::microseconds(1'162'552)).sends(what);
    }
    for (const auto& one : *got) text += one + "\n";
  }
  return text;
}

// Every file of the folder is a transcript.
std::vector<std::string> transcripts() {
  std::vector<std::string> names;
  const std::filesystem::path folder =
      std::filesystem::path(HASSLE_SOURCE_DIR) / "mockha/tests/golden";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    names.push_back(file.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

class TranscriptTest : public testing::TestWithParam<std::string> {};

TEST_P(TranscriptTest, IsTheSameByteForByte) {
  const std::filesystem::path path =
      std::filesystem::path(HASSLE_SOURCE_DIR) / "mockha/tests/golden" / GetParam();
  const std::string expected = read_file(path);
  ASSERT_FALSE(expected.empty()) << path;
  const std::string actual = replayed(expected);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
  }
  EXPECT_EQ(actual, expected);
}

INSTANTIATE_TEST_SUITE_P(Golden, TranscriptTest, testing::ValuesIn(transcripts()),
                         [](const auto& which) {
                           const std::string name = which.param;
                           std::string word;
                           for (const char c : name.substr(0, name.find('.'))) {
                             if (c != '_') word += c;
                           }
                           return word;
                         });

}  // namespace
}  // namespace hassle::mockha
