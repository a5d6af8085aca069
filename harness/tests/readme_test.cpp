// Every command that a README shows is run, and prints what the README says.
//
// In ```console blocks a line "$ hassle …" is run ("# exits with N" behind it: with that status,
// else 0); the lines below it are its output, where "…" stands for any number of lines. Commands of
// ./dev, in
// ```sh blocks, are run by .ci/run.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path root = HASSLE_SOURCE_DIR;

struct shown_command {
  std::string arguments;
  int status = 0;
  std::vector<std::string> output;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> lines_of_file(const fs::path& file) {
  std::ifstream in(file);
  return lines_of({std::istreambuf_iterator<char>(in), {}});
}

/// The lines inside the blocks of a kind.
std::vector<std::vector<std::string>> blocks(const fs::path& file, const std::string& kind) {
  std::vector<std::vector<std::string>> all;
  bool inside = false;
  for (const std::string& line : lines_of_file(file)) {
    if (!inside && line == "```" + kind) {
      inside = true;
      all.emplace_back();
    } else if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      all.back().push_back(line);
    }
  }
  return all;
}

shown_command command_of(const std::string& line) {
  const std::string prefix = "$ hassle ";
  const std::string status = "# exits with ";
  shown_command shown;
  shown.arguments = line.substr(prefix.size());
  if (const auto at = shown.arguments.find(status); at != std::string::npos) {
    shown.status = std::stoi(shown.arguments.substr(at + status.size()));
    shown.arguments.erase(at);
  }
  return shown;
}

std::vector<shown_command> shown_commands(const fs::path& file) {
  std::vector<shown_command> all;
  for (const auto& block : blocks(file, "console")) {
    EXPECT_THAT(block.front(), ::testing::StartsWith("$ hassle ")) << file;
    for (const std::string& line : block) {
      if (line.starts_with("$ ")) {
        all.push_back(command_of(line));
      } else {
        all.back().output.push_back(line);
      }
    }
  }
  return all;
}

/// Whether the lines are those shown, from the beginning to the end.
bool matches(const std::vector<std::string>& shown, std::size_t i,
             const std::vector<std::string>& lines, std::size_t j) {
  if (i == shown.size()) return j == lines.size();
  if (shown[i] == "…") {
    for (std::size_t skip = j; skip <= lines.size(); ++skip) {
      if (matches(shown, i + 1, lines, skip)) return true;
    }
    return false;
  }
  return j < lines.size() && lines[j] == shown[i] && matches(shown, i + 1, lines, j + 1);
}

std::vector<fs::path> readmes() {
  std::vector<fs::path> all = {root / "README.md"};
  for (const char* folder : {"client", "mockha", "scenarios", "harness", "reports"}) {
    for (const auto& each : fs::recursive_directory_iterator(root / folder)) {
      if (each.path().filename() == "README.md") all.push_back(each.path());
    }
  }
  return all;
}

TEST(Readme, EveryShownCommandPrintsWhatIsShown) {
  const fs::path directory = fs::path(::testing::TempDir()) / "hassle-readme";
  fs::remove_all(directory);
  fs::create_directories(directory);
  fs::create_directory_symlink(root / "scenarios", directory / "scenarios");
  fs::create_directory_symlink(root / "harness", directory / "harness");
  std::size_t count = 0;
  for (const fs::path& file : readmes()) {
    for (const shown_command& each : shown_commands(file)) {
      ++count;
      const auto run = run_program(each.arguments, interrupt::never, directory.string());
      EXPECT_EQ(run.status, each.status) << file << ": " << each.arguments << run.err;
      EXPECT_TRUE(matches(each.output, 0, lines_of(run.out), 0))
          << file << " shows another output for: hassle " << each.arguments << "\n"
          << run.out;
    }
  }
  EXPECT_GT(count, 10U) << "the READMEs' commands were not found";
  fs::remove_all(directory);
}

TEST(Readme, EveryShownVerbOfDevIsRunInCi) {
  std::ifstream in(root / ".ci/run");
  const std::string ci{std::istreambuf_iterator<char>(in), {}};
  for (const fs::path& file : readmes()) {
    for (const auto& block : blocks(file, "sh")) {
      for (const std::string& line : block)
        EXPECT_THAT(ci, HasSubstr("part " + line + "\n")) << file;
    }
  }
}

TEST(Readme, AnOmissionStandsForAnyNumberOfLines) {
  const std::vector<std::string> lines = {"a", "b", "c"};
  EXPECT_TRUE(matches({"…"}, 0, lines, 0));
  EXPECT_TRUE(matches({"a", "…", "c"}, 0, lines, 0));
  EXPECT_TRUE(matches({"…", "a", "b", "c", "…"}, 0, lines, 0));
  EXPECT_FALSE(matches({"a", "c"}, 0, lines, 0));
  EXPECT_FALSE(matches({"a", "…", "b"}, 0, lines, 0));
}

}  // namespace
}  // namespace hassle::harness
