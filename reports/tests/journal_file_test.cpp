#include "reports/journal_file.hpp"

#include "reports/tests/generators.hpp"
#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace hassle::reports::tests {
namespace {

using testing::HasSubstr;

std::string written(const journal& j, const run_context& context = a_run()) {
  std::ostringstream out;
  write_journal(out, context, j, "1.2.3");
  return out.str();
}

std::expected<saved_journal, journal_error> read_text(const std::string& text) {
  std::istringstream in(text);
  return read_journal(in, "run.jsonl");
}

// The error of a text that must not be read.
std::string error_of(const std::string& text) {
  const auto saved = read_text(text);
  return saved ? "no error" : saved.error().text();
}

std::string small_journal() {
  return written(recorder().at(1s).issue(1, read).after(1ms).fail(2, "other: starting").written());
}

// A directory of the test's own, removed with it.
class JournalFileTest : public testing::Test {
 protected:
  JournalFileTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = std::filesystem::path(testing::TempDir()) / "hassle-journal-file" / info->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~JournalFileTest() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
};

// The format is a contract with other tools: keys, their order and what is left out.
TEST(JournalFile, IsOneObjectALine) {
  run_context context = a_run();
  context.faults_that_must_hit = {"restart-1"};
  recorder r;
  r.at(1234567890ns)
      .note(event_kind::command_sent, 3, 17, 42, "a \"b\"\n")
      .note(event_kind::host_frozen);
  const std::string text = written(r.written(), context);
  EXPECT_THAT(text,
              HasSubstr(R"({"hassle_journal":1,"scenario":"ha-restart","client":"pool","seed":3,)"
                        R"("world":"simulated","tool":"1.2.3","simulated_ns":600000000000,)"
                        R"("healed_ns":480000000000,"must_hit":["restart-1"]})"
                        "\n"
                        R"({"t":1234567890,"e":"command_sent","c":3,"n":17,"v":42,)"
                        R"("x":"a \"b\"\u000a"})"
                        "\n"
                        R"({"t":1234567890,"e":"host_frozen"})"
                        "\n"
                        R"({"digest":")"));
  EXPECT_THAT(text, HasSubstr("\",\"events\":2}\n"));
}

// What a program writes while it runs is the same file, byte for byte.
TEST(JournalFile, CanBeWrittenWhileItHappens) {
  const journal j =
      recorder().at(1s).issue(1, read).after(1ms).fail(2, "other: starting").written();
  std::ostringstream out;
  journal_stream stream(out, a_run(), "1.2.3");
  for (const event& e : j.events()) stream.add(e);
  EXPECT_THAT(error_of(out.str()), HasSubstr("cut short"));
  stream.finish();
  EXPECT_EQ(out.str(), written(j));
  EXPECT_EQ(stream.events(), j.events().size());
}

TEST(JournalFile, GivesBackTheContext) {
  run_context context = a_run();
  context.seed = 18446744073709551615ULL;
  context.world = "real";
  context.faults_that_must_hit = {"a", "b"};
  context.fault_kinds = {{"a", "restart"}, {"b", "cut"}};
  context.layers = {"reconnect", "health"};
  context.recovery_bound = 90s;
  const auto saved = read_text(written({}, context));
  ASSERT_TRUE(saved) << saved.error().text();
  EXPECT_EQ(saved->context.scenario, "ha-restart");
  EXPECT_EQ(saved->context.client, "pool");
  EXPECT_EQ(saved->context.world, "real");
  EXPECT_EQ(saved->context.seed, context.seed);
  EXPECT_EQ(saved->context.simulated, 10min);
  EXPECT_EQ(saved->context.healed, 8min);
  EXPECT_EQ(saved->context.faults_that_must_hit, context.faults_that_must_hit);
  EXPECT_EQ(saved->context.fault_kinds, context.fault_kinds);
  EXPECT_EQ(saved->context.layers, context.layers);
  EXPECT_EQ(saved->context.recovery_bound, context.recovery_bound);
  EXPECT_EQ(saved->tool, "1.2.3");
}

// Peers choose some texts, so that any bytes may stand in them, also such that are not UTF-8.
RC_GTEST_PROP(JournalFile, GivesBackEveryEvent, (const journal& j)) {
  const auto saved = read_text(written(j));
  RC_ASSERT(saved.has_value());
  RC_ASSERT(saved->events.events() == j.events());
  RC_ASSERT(saved->events.digest() == j.digest());
}

// A copy that was cut off anywhere is an error, never a shorter journal.
TEST(JournalFile, CutShortAnywhereIsAnError) {
  const std::string text = small_journal();
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    EXPECT_FALSE(read_text(text.substr(0, length))) << length;
  }
  EXPECT_TRUE(read_text(text.substr(0, text.size() - 1))) << "the last line's end may be missing";
}

// Whatever single byte is changed: it is an error, or it is noticed that nothing changed in
// meaning.
TEST(JournalFile, AChangedEventIsAnError) {
  const std::string text = small_journal();
  const std::size_t events_begin = text.find('\n') + 1;
  for (std::size_t i = events_begin; i + 1 < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(read_text(changed)) << i << ": " << changed;
  }
}

TEST(JournalFile, NamesTheLineOfAnError) {
  std::string text = small_journal();
  text.insert(text.find("{\"t\""), "{\"t\":1,\"e\":\"command_lost\"}\n");
  EXPECT_EQ(error_of(text), "run.jsonl:2: 'e' has a value that it cannot have");
}

TEST(JournalFile, SaysWhatIsWrong) {
  const std::string header = written({}).substr(0, written({}).find('\n') + 1);
  EXPECT_EQ(error_of(""), "run.jsonl: the file is empty");
  EXPECT_THAT(error_of("schema = 1\n"), HasSubstr("run.jsonl:1: not a journal"));
  EXPECT_THAT(error_of("{\"a\":1}\n"), HasSubstr("not a journal"));
  EXPECT_THAT(error_of("{\"hassle_journal\":2}\n"), HasSubstr("another version"));
  EXPECT_THAT(error_of(header), HasSubstr("ends after 0 events"));
  EXPECT_THAT(error_of(header + "[1]\n"), HasSubstr("run.jsonl:2: not a JSON object"));
  EXPECT_THAT(error_of(header + "{\"t\":1,\n"), HasSubstr("run.jsonl:2: not JSON"));
  EXPECT_THAT(error_of(header + "{\"t\":1,\"e\":\"connected\",\"q\":1}\n"),
              HasSubstr("unknown key 'q'"));
  EXPECT_THAT(error_of(header + "{\"t\":-1,\"e\":\"connected\"}\n"), HasSubstr("'t' has a value"));
  EXPECT_THAT(error_of(header + "{\"t\":1,\"e\":\"connected\",\"c\":4294967296}\n"),
              HasSubstr("'c' has a value"));
  EXPECT_THAT(error_of(header + "{\"e\":\"connected\"}\n"), HasSubstr("without its time"));
  EXPECT_THAT(error_of(header + "{\"t\":2,\"e\":\"connected\"}\n{\"t\":1,\"e\":\"connected\"}\n"),
              HasSubstr("run.jsonl:3: its time is before"));
  EXPECT_THAT(error_of(written({}) + "{}\n"), HasSubstr("something follows"));
}

// None of these may take the machine's memory, hang or crash.
TEST(JournalFile, HostileInputIsAnError) {
  const std::string header = written({}).substr(0, written({}).find('\n') + 1);
  EXPECT_THAT(error_of(std::string(3U << 20U, 'x')), HasSubstr("run.jsonl:1: a line of more than"));
  EXPECT_THAT(error_of(header + std::string(100'000, '[')), HasSubstr("not JSON"));
  std::uint64_t state = 1;
  std::string binary = header;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    binary += static_cast<char>(state >> 56U);
  }
  EXPECT_NE(error_of(binary), "no error");
  EXPECT_NE(error_of(std::string(1000, '\0')), "no error");
}

TEST_F(JournalFileTest, IsWrittenAndReadByItsName) {
  const auto file = directory_ / "run.jsonl";
  const journal j = recorder().ready(1).succeed(1, 1, 1).written();
  ASSERT_TRUE(write_journal(file, a_run(), j, "1"));
  const auto saved = read_journal(file);
  ASSERT_TRUE(saved) << saved.error().text();
  EXPECT_EQ(saved->events.events(), j.events());
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".partial"));
}

// Whoever watches the directory must never see half a journal under its name.
TEST_F(JournalFileTest, AFailedWriteLeavesNothingBehind) {
  const auto file = directory_ / "run.jsonl";
  std::filesystem::create_directory(file);
  std::filesystem::create_directory(file / "in the way");
  const auto result = write_journal(file, a_run(), {}, "1");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text(), HasSubstr("run.jsonl: cannot be replaced"));
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".partial"));
}

TEST_F(JournalFileTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_THAT(read_journal(directory_).error().text(), HasSubstr("is a directory"));
  EXPECT_THAT(read_journal(directory_ / "none").error().text(), HasSubstr("No such file"));
  const auto result = write_journal(directory_ / "none" / "run.jsonl", a_run(), {}, "1");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text(), HasSubstr("cannot be created: No such file"));
}

}  // namespace
}  // namespace hassle::reports::tests
