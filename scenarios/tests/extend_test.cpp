#include "scenarios/extend.hpp"
#include "scenarios/library.hpp"
#include "scenarios/schema.hpp"
#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace hassle::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string base = minimal(R"(settle = "5m"
[network]
latency = "20ms"
jitter = "3ms"
[network.middlebox]
idle = "10m"
[workload]
between_bursts = { dist = "uniform", min = "1m", max = "2m" }
[[fault]]
kind = "restart"
at = "5m"
refused = "10s"
[[fault]]
name = "break"
kind = "cut"
at = "10m"
[[expect]]
client = "naive"
figure = "error_rate"
max = 0.5
)");

using texts = std::map<std::string, std::string, std::less<>>;

parse_options with(texts files) {
  parse_options options;
  options.find_base = [all = std::move(files)](
                          std::string_view name,
                          const source_text&) -> std::expected<source_text, complaint> {
    const auto found = all.find(name);
    if (found == all.end()) return std::unexpected(complaint{"nothing of this name", ""});
    return source_text{found->first, found->second};
  };
  return options;
}

std::expected<scenario, std::vector<input_error>> extended(std::string_view text,
                                                           texts files = {{"base", base}}) {
  return parse_scenario(text, "x.toml", with(std::move(files)));
}

std::vector<std::string> errors_of_extended(std::string_view text, texts files = {{"base", base}}) {
  const auto result = extended(text, std::move(files));
  return result ? std::vector<std::string>() : error_texts(result.error());
}

TEST(Extend, WhatTheFileDoesNotSayIsWhatItsBaseSays) {
  const auto s = extended("extends = \"base\"\ntitle = \"mine\"\n");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->name, "x");
  EXPECT_EQ(s->title, "mine");
  EXPECT_EQ(s->settle, minutes(5));
  EXPECT_THAT(s->faults, SizeIs(2));
  EXPECT_THAT(s->expectations, SizeIs(1));
}

TEST(Extend, TablesAreMergedKeyByKeyAllTheWayDown) {
  const auto s = extended(
      "extends = \"base\"\n[network]\nlatency = \"1ms\"\n[network.middlebox]\nlifetime = \"1h\"\n");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->path.latency, milliseconds(1));
  EXPECT_EQ(s->path.jitter, milliseconds(3));
  EXPECT_EQ(s->path.box.idle, minutes(10));
  EXPECT_EQ(s->path.box.lifetime, std::chrono::hours(1));
}

// { dist = "uniform", min = … } has nothing in common with { dist = "exponential", mean = … }.
TEST(Extend, AValueIsReplacedAlsoWhereItIsWrittenAsATable) {
  const auto s = extended(
      "extends = \"base\"\n"
      "[workload]\nbetween_bursts = { dist = \"exponential\", mean = \"3m\" }\n");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->load.between_bursts.how, duration_distribution::kind::exponential);
}

TEST(Extend, AFaultOfTheSameNameIsChangedAndAnotherIsAdded) {
  const auto s = extended(R"(extends = "base"
[[fault]]
name = "restart-1"
refused = "90s"
[[fault]]
name = "more"
kind = "drop"
at = "1m"
)");
  ASSERT_TRUE(s);
  ASSERT_THAT(s->faults, SizeIs(3));
  EXPECT_EQ(s->faults[0].name, "restart-1");
  EXPECT_EQ(s->faults[0].at, minutes(5));
  EXPECT_EQ(std::get<restart_fault>(s->faults[0].what).refused.a, seconds(90));
  EXPECT_EQ(s->faults[1].name, "break");
  EXPECT_EQ(s->faults[2].name, "more");
}

TEST(Extend, AFaultOfAnotherKindTakesThePlaceOfTheOneOfItsName) {
  const auto s =
      extended("extends = \"base\"\n[[fault]]\nname = \"break\"\nkind = \"forget\"\nat = \"7m\"\n");
  ASSERT_TRUE(s);
  ASSERT_THAT(s->faults, SizeIs(2));
  EXPECT_EQ(kind_of(s->faults[1].what), "forget");
  EXPECT_EQ(s->faults[1].at, minutes(7));
}

TEST(Extend, OneWayToSayWhenReplacesAnother) {
  const auto s =
      extended("extends = \"base\"\n[[fault]]\nname = \"break\"\noccurrence = [{ at = \"7m\" }]\n");
  ASSERT_TRUE(s);
  EXPECT_FALSE(s->faults[1].at);
  EXPECT_TRUE(s->faults[1].occurrences);
}

TEST(Extend, AnEmptyListOfFaultsTakesThemAway) {
  const auto s = extended("extends = \"base\"\nfault = []\n");
  ASSERT_TRUE(s);
  EXPECT_THAT(s->faults, SizeIs(0));
}

TEST(Extend, ExpectationsAndCommandsReplaceThoseOfTheBase) {
  const auto s = extended(
      "extends = \"base\"\n[[expect]]\nclient = \"production\"\nfigure = \"duplicates\"\nmax = "
      "0\n");
  ASSERT_TRUE(s);
  ASSERT_THAT(s->expectations, SizeIs(1));
  EXPECT_EQ(s->expectations[0].client, "production");
}

TEST(Extend, SeveralLevelsAreLaidOverOneAnother) {
  const auto s =
      extended("extends = \"b\"\ntitle = \"top\"\n",
               {{"b", "extends = \"a\"\nsettle = \"1m\"\ntitle = \"b\"\n"}, {"a", base}});
  ASSERT_TRUE(s);
  EXPECT_EQ(s->title, "top");
  EXPECT_EQ(s->settle, minutes(1));
  EXPECT_EQ(s->path.latency, milliseconds(20));
}

TEST(Extend, AnErrorNamesTheFileThatItIsIn) {
  EXPECT_THAT(
      errors_of_extended("extends = \"base\"\n[network]\nlatency = \"soon\"\nlatenzy = \"1s\"\n",
                         {{"base", minimal("settle = \"later\"\n")}}),
      ElementsAre(HasSubstr("x.toml:3:11: latency: "), HasSubstr("x.toml:4:1: unknown key"),
                  HasSubstr("base:4:10: settle: ")));
}

TEST(Extend, WhatIsFoundOnlyLaterIsNamedByItsFileToo) {
  const auto s = extended("extends = \"base\"\ntitle = \"t\"\n");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->file_at(s->faults[0].where), "base");
  EXPECT_EQ(s->file_at({}), "x.toml");
}

TEST(Extend, AFrozenOrWrittenScenarioStandsForItself) {
  const auto s = extended("extends = \"base\"\ntitle = \"t\"\n");
  ASSERT_TRUE(s);
  const auto again = parsed(write_scenario(*s));
  EXPECT_EQ(again.settle, s->settle);
  EXPECT_EQ(write_scenario(again), write_scenario(*s));
}

TEST(Extend, ACircleIsAnErrorWhereItCloses) {
  EXPECT_THAT(errors_of_extended("title = \"t\"\nextends = \"a\"\n",
                                 {{"a", "extends = \"b\"\n"}, {"b", "\nextends = \"a\"\n"}}),
              ElementsAre(HasSubstr("b:2:11: extends: a circle: a -> b -> a")));
  EXPECT_THAT(errors_of_extended("extends = \"x.toml\"\n", {{"x.toml", "extends = \"x.toml\"\n"}}),
              ElementsAre(HasSubstr("x.toml:1:11: extends: a circle: x.toml -> x.toml")));
}

TEST(Extend, MoreLevelsThanAllowedAreAnError) {
  texts files;
  for (std::size_t i = 0; i < extends_max; ++i) {
    files["f" + std::to_string(i)] = "extends = \"f" + std::to_string(i + 1) + "\"\n";
  }
  const std::string last = "f" + std::to_string(extends_max);
  files[last] = "extends = \"base\"\n";
  files["base"] = base;
  EXPECT_THAT(errors_of_extended("extends = \"f2\"\n", files), SizeIs(0));
  EXPECT_THAT(errors_of_extended("extends = \"f1\"\n", files),
              ElementsAre(HasSubstr("extends: more than 8 levels")));
}

TEST(Extend, ABaseThatIsMissingOrNoTextIsAnErrorWithItsPlace) {
  EXPECT_THAT(errors_of_extended("title = \"t\"\nextends = \"basis\"\n"),
              ElementsAre(HasSubstr("x.toml:2:11: extends: nothing of this name")));
  EXPECT_THAT(errors_of_extended("extends = 5\n"),
              ElementsAre(HasSubstr("x.toml:1:11: extends: ")));
  EXPECT_THAT(errors_of_extended("extends = \"\"\n"), SizeIs(1));
}

TEST(Extend, ABaseThatIsNoTomlIsAnErrorInTheBase) {
  EXPECT_THAT(errors_of_extended("extends = \"base\"\n", {{"base", "schema = 1\ntitle =\n"}}),
              ElementsAre(HasSubstr("base:2:")));
}

TEST(Extend, AListWhereABaseHasATableIsTheRulesBusiness) {
  EXPECT_THAT(errors_of_extended("extends = \"base\"\nnetwork = []\n"), SizeIs(1));
  EXPECT_THAT(errors_of_extended("extends = \"base\"\nfault = [1, \"a\"]\n"), SizeIs(2));
  EXPECT_THAT(errors_of_extended("extends = \"base\"\n[fault]\nat = \"1m\"\n"), SizeIs(1));
}

class ExtendedFileTest : public ::testing::Test {
 protected:
  ExtendedFileTest()
      : directory_(std::filesystem::path(::testing::TempDir()) / "hassle-extended-file") {
    std::filesystem::create_directories(directory_ / "below");
  }
  ~ExtendedFileTest() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }

  std::filesystem::path directory_;
};

TEST_F(ExtendedFileTest, APathIsRelativeToTheFileThatExtends) {
  write("base.toml", base);
  write("below/middle.toml", "extends = \"../base.toml\"\nsettle = \"1m\"\n");
  const auto s =
      load_scenario(write("top.toml", "extends = \"./below/middle.toml\"\ntitle = \"top\"\n"));
  ASSERT_TRUE(s) << s.error().front().text();
  EXPECT_EQ(s->settle, minutes(1));
  EXPECT_EQ(s->file_at(s->faults[0].where), (directory_ / "base.toml").string());
}

TEST_F(ExtendedFileTest, ANameIsThatOfTheLibrary) {
  const auto s = load_scenario(write("top.toml", "extends = \"canary\"\ntitle = \"top\"\n"));
  ASSERT_TRUE(s) << s.error().front().text();
  EXPECT_EQ(s->file_at(s->faults[0].where), "scenarios/suite/canary/canary.toml");
  const auto unknown = load_scenario(write("top.toml", "extends = \"canari\"\n"));
  ASSERT_FALSE(unknown);
  EXPECT_THAT(
      unknown.error().front().text(),
      HasSubstr("top.toml:1:11: extends: unknown scenario 'canari' (did you mean 'canary'?)"));
}

TEST_F(ExtendedFileTest, AFileThatIsNotThereOrADirectoryIsAnError) {
  const auto missing = load_scenario(write("top.toml", "extends = \"./no.toml\"\n"));
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().front().text(), HasSubstr("top.toml:1:11: extends: "));
  EXPECT_FALSE(load_scenario(write("top.toml", "extends = \"./below/\"\n")));
}

TEST(Extend, InTheLibraryPathsStayInTheLibrary) {
  const source_text from{"scenarios/suite/lee/lee-day.toml", "", true};
  const auto found = find_base("../canary/canary.toml", from);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->in_library);
  EXPECT_EQ(found->file, "scenarios/suite/canary/canary.toml");
  EXPECT_FALSE(find_base("./none.toml", from));
}

}  // namespace
}  // namespace hassle::scenario
