#include "harness/cli/drawing.hpp"

#include "reports/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace hassle::harness::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string drawn(const std::string& more, drawing_style style = {}) {
  const auto what = scenario::parse_scenario(
      "schema = 1\ntitle = \"t\"\nduration = \"50m\"\nsettle = \"10m\"\n" + more, "x.toml");
  if (!what) {
    ADD_FAILURE() << what.error().front().text();
    return {};
  }
  const auto plan = scenario::make_plan(*what, 1);
  EXPECT_TRUE(plan);
  return plan ? draw_plan(*what, *plan, style) : std::string();
}

std::string a_command(const std::string& at) {
  return "[[command]]\nat = \"" + at + "\"\nkind = \"get_states\"\ntarget = \"light.kitchen\"\n";
}

// An hour on 60 columns: one a minute.
TEST(Drawing, APlanIsATimeAxisAndALaneForEachFault) {
  const std::string text = drawn(a_command("1m") + a_command("1m10s") + a_command("5m") + R"(
[[fault]]
name = "cut"
kind = "cut"
at = "10m"
[[fault]]
name = "stall"
kind = "stall"
at = "20m"
for = "4m"
[[fault]]
name = "restart"
kind = "restart"
at = "30m"
stopping = "2m"
refused = "3m"
not_running = "4m"
starting = "1m"
[[fault]]
name = "later"
kind = "drop"
at = "45m"
after = { connections = 2 }
[host]
recycle_at = ["15m", "40m"]
)",
                                 {.width = 73});
  EXPECT_EQ("\n" + text, R"(
             0s        10m       20m       30m       40m       50m
             ┬─────────┬─────────┬─────────┬─────────┬─────────┬────────┬
commands      │   ╵
cut                    ┃
stall                            ████
restart                                    ▓▓███▒▒▒▒░
later                                                     ┄┄┄┄┄
cold starts                 ╳                        ╳
quiet                                                          ├────────┤

┃ at once, █ in force, ▓ stopping, █ refused, ▒ not running, ░ starting,
┄ waits for its trigger
)");
}

TEST(Drawing, NoLineIsWiderThanAsked) {
  for (const unsigned width : {40U, 61U, 80U, 200U}) {
    for (const std::string& line : lines_of(
             drawn("[[fault]]\nkind = \"slow\"\ndelay = \"1s\"\nevery = \"7m\"\nfor = \"90s\"\n",
                   {.width = width}))) {
      EXPECT_LE(reports::columns_of(line), width) << line;
    }
  }
}

TEST(Drawing, ColoursAreForTerminals) {
  EXPECT_THAT(drawn(""), Not(HasSubstr("\x1b")));
  EXPECT_THAT(drawn("", {.colour = true}), HasSubstr("\x1b"));
}

TEST(Drawing, ALongNameIsCutBetweenItsCharacters) {
  const std::string text = drawn(
      "[[fault]]\nname = \"ööööööööööööööööööööööööööööööööö\"\nkind = \"cut\"\nat = \"1m\"\n");
  EXPECT_THAT(text, HasSubstr("\nööööööööööööööööööööööö…  "));
}

TEST(Drawing, TooManyFaultsAreCounted) {
  std::string faults;
  for (std::size_t i = 0; i < lanes_max + 3; ++i)
    faults += "[[fault]]\nkind = \"cut\"\nat = \"1m\"\n";
  EXPECT_THAT(drawn(faults), HasSubstr("(3 more faults are not drawn)\n"));
}

TEST(Drawing, AnEmptyPlanIsStillADrawing) {
  EXPECT_THAT(lines_of(drawn("command = []\n")), SizeIs(4));
}

}  // namespace
}  // namespace hassle::harness::cli
