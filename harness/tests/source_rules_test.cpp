#include "source_rules.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::array<const char*, 5> folders = {"client", "mockha", "scenarios", "harness",
                                                "reports"};

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_source(const fs::path& file) {
  return file.extension() == ".cpp" || file.extension() == ".hpp";
}

TEST(SourceRules, EverySourceOfTheProjectKeepsThem) {
  const fs::path root = HASSLE_SOURCE_DIR;
  std::size_t files = 0;
  for (const char* folder : folders) {
    for (const auto& each : fs::recursive_directory_iterator(root / folder)) {
      if (!is_source(each.path())) continue;
      ++files;
      const std::string path = fs::relative(each.path(), root).generic_string();
      EXPECT_THAT(source_violations(path, content_of(each.path())), IsEmpty());
    }
  }
  EXPECT_GT(files, 100U) << "the walk has not found the sources";
}

// The test above says nothing unless violations are found where they are.
TEST(SourceRules, AWallClockIsFoundWithItsReplacement) {
  EXPECT_THAT(source_violations("mockha/a.cpp",
                                "int a;\nauto t = std::chrono::steady_"
                                "clock::now();\n"),
              ElementsAre(HasSubstr("mockha/a.cpp:2: 'steady_"), HasSubstr("net::time_source")));
}

TEST(SourceRules, TheOnePlaceThatReadsTheClockMay) {
  EXPECT_THAT(source_violations("client/net/src/real_world.cpp",
                                "std::chrono::steady_"
                                "clock::now();"),
              IsEmpty());
}

TEST(SourceRules, AnUpwardIncludeIsFound) {
  EXPECT_THAT(source_violations("reports/a.cpp", "#include \"mockha/home.hpp\"\n"),
              ElementsAre(HasSubstr("out of this folder's reach")));
  EXPECT_THAT(source_violations("client/net/src/a.cpp", "#include <hassle/client/client.hpp>\n"),
              ElementsAre(HasSubstr("out of this folder's reach")));
}

TEST(SourceRules, ADownwardIncludeIsFine) {
  EXPECT_THAT(source_violations("harness/a.cpp", "#include \"mockha/home.hpp\"\n"), IsEmpty());
  EXPECT_THAT(source_violations("mockha/a.cpp", "#include <hassle/net/world.hpp>\n"), IsEmpty());
}

TEST(SourceRules, AnAwaitInAConditionIsFound) {
  const std::string line = std::string("if (co_") + "await f(a.b())) return;";
  EXPECT_THAT(source_violations("harness/a.cpp", line),
              ElementsAre(HasSubstr("g++ 12 miscompiles")));
  EXPECT_THAT(source_violations("harness/a.cpp", "if (ready()) co_await f();"), IsEmpty());
}

TEST(SourceRules, ALineOfMoreThanAHundredColumnsIsFound) {
  EXPECT_THAT(source_violations("harness/a.cpp", std::string(101, 'x')),
              ElementsAre(HasSubstr("longer than 100 columns")));
  EXPECT_THAT(source_violations("harness/a.cpp", std::string(100, 'x')), IsEmpty());
}

}  // namespace
}  // namespace hassle::harness
