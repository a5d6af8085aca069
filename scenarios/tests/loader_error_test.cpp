#include "scenarios/tests/support.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace hassle::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What a user writes behind a minimal scenario (which has 3 lines), and what the loader says.
struct mistake {
  const char* text;
  const char* error;
};

std::ostream& operator<<(std::ostream& out, const mistake& m) { return out << m.text; }

class LoaderErrorTest : public testing::TestWithParam<mistake> {};

TEST_P(LoaderErrorTest, NamesThePlaceTheMistakeAndTheWayOut) {
  EXPECT_THAT(errors_of(minimal(GetParam().text)), ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Keys, LoaderErrorTest,
    testing::Values(
        mistake{"tag = [\"a\"]", "x.toml:4:1: unknown key 'tag' (did you mean 'tags'?)"},
        mistake{"[netwrok]", "x.toml:4:2: unknown table 'netwrok' (did you mean 'network'?)"},
        mistake{"[workload]\nburst_sise = 3",
                "x.toml:5:1: unknown key 'burst_sise' (did you mean 'burst_size'?)"},
        mistake{"[network.middlebox]\nxyz = 1",
                "x.toml:5:1: unknown key 'xyz' (one of: idle, lifetime, on_expiry)"},
        mistake{"\"a\\u001b[31m\\nb\" = 1",
                "x.toml:4:1: unknown key 'a\\x1b[31m\\x0ab' (one of: schema, extends, title, "
                "description, "
                "tags, clients, duration, settle, seeds, network, server, workload, host, client, "
                "endpoint, fault, "
                "command, expect)"},
        mistake{"network = 3", "x.toml:4:11: network: expected a table, found an integer"},
        mistake{"[fault]\nat = \"1m\"",
                "x.toml:4:1: fault: expected tables, found a table (write [[fault]])"},
        mistake{"fault = [1]", "x.toml:4:10: fault: expected a table, found an integer"},
        mistake{"[[expect]]\nfigure = \"error_rate\"\nmax = 0",
                "x.toml:4:1: missing key 'client' (name of a client profile, or path of one)"}));

INSTANTIATE_TEST_SUITE_P(
    Types, LoaderErrorTest,
    testing::Values(
        mistake{"description = 3", "x.toml:4:15: description: expected a string, found an integer"},
        mistake{"tags = \"a\"", "x.toml:4:8: tags: expected an array, found a string"},
        mistake{"tags = [1979-05-27]", "x.toml:4:9: tags: expected a string, found a date or time"},
        mistake{"seeds = 1.5", "x.toml:4:9: seeds: expected an integer, found a number"},
        mistake{"seeds = 0", "x.toml:4:9: seeds: 0 is out of range (1 to 1000000)"},
        mistake{"clients = []", "x.toml:4:11: clients: must not be empty"},
        mistake{"[host]\nfreeze_between_invocations = \"yes\"",
                "x.toml:5:30: freeze_between_invocations: expected true or false, found a string"},
        mistake{"[server]\nhome = \"\"", "x.toml:5:8: home: must not be empty"},
        mistake{"[server]\nhome = \"a\\nb\"",
                "x.toml:5:8: home: must be one line without control characters"}));

INSTANTIATE_TEST_SUITE_P(
    Durations, LoaderErrorTest,
    testing::Values(
        mistake{"settle = 15", "x.toml:4:10: settle: missing unit (write \"15s\")"},
        mistake{"settle = 1.5", "x.toml:4:10: settle: missing unit (write \"1.5s\")"},
        mistake{"settle = \"15\"", "x.toml:4:10: settle: missing unit (write \"15s\")"},
        mistake{"settle = -15", "x.toml:4:10: settle: negative duration (write \"15s\")"},
        mistake{"settle = \"-5s\"", "x.toml:4:10: settle: negative duration '-5s'"},
        mistake{"settle = \"400d\"",
                "x.toml:4:10: settle: duration overflows: longer than 366 days"},
        mistake{"settle = \"5 min\"",
                "x.toml:4:10: settle: unknown unit ' min' (one of: d h m s ms us ns)"},
        mistake{"settle = true", "x.toml:4:10: settle: expected a duration, found a boolean"},
        mistake{"[workload]\nlimit = \"0s\"", "x.toml:5:9: limit: must be longer than 0s"},
        mistake{"[server]\nheartbeat = \"never\"",
                "x.toml:5:13: heartbeat: 'never' is not a duration (write \"15s\" or \"1h30m\")"},
        mistake{"[network]\nbandwidth = 100",
                "x.toml:5:13: bandwidth: missing unit (write \"100B/s\")"},
        mistake{"[network]\nbandwidth = \"9XB/s\"",
                "x.toml:5:13: bandwidth: unknown unit 'XB/s' (one of: B/s KB/s kB/s MB/s GB/s "
                "KiB/s MiB/s GiB/s kbit/s Mbit/s Gbit/s)"}));

INSTANTIATE_TEST_SUITE_P(
    Distributions, LoaderErrorTest,
    testing::Values(
        mistake{"[workload]\nspacing = { dist = \"unifrom\", min = \"1s\", max = \"2s\" }",
                "x.toml:5:20: dist: unknown distribution 'unifrom' (did you mean 'uniform'?)"},
        mistake{"[workload]\nspacing = { mean = \"1s\" }",
                "x.toml:5:11: spacing: missing key 'dist' (one of: constant, uniform, exponential, "
                "lognormal)"},
        mistake{"[workload]\nspacing = { dist = \"exponential\", mean = \"1s\", max = \"2s\" }",
                "x.toml:5:48: unknown key 'max' (one of: dist, mean)"},
        mistake{"[workload]\nspacing = { dist = \"exponential\" }",
                "x.toml:5:11: missing key 'mean' (duration)"},
        mistake{"[workload]\nspacing = { dist = \"uniform\", min = \"9s\", max = \"2s\" }",
                "x.toml:5:37: min is above max"},
        mistake{"[workload]\nspacing = { dist = \"lognormal\", median = \"9s\", sigma = -1 }",
                "x.toml:5:56: sigma: -1 is out of range (0 to 10)"},
        mistake{"[workload]\nspacing = { dist = \"lognormal\", median = \"9s\", sigma = nan }",
                "x.toml:5:56: sigma: nan is out of range (0 to 10)"},
        mistake{"[workload]\nburst_size = 0",
                "x.toml:5:14: burst_size: 0 is out of range (1 to 100000)"},
        mistake{"[workload]\nburst_size = { dist = \"uniform\", min = 3, max = 2 }",
                "x.toml:5:40: min is above max"},
        mistake{"[workload]\nbetween_bursts = \"0s\"",
                "x.toml:5:18: between_bursts: would never advance: all its values are 0s (a mean "
                "of at least 1us)"}));

INSTANTIATE_TEST_SUITE_P(
    Workload, LoaderErrorTest,
    testing::Values(
        mistake{"[workload]\nmix = {}",
                "x.toml:5:7: mix: must not be empty ({ turn_on = 4, get_states = 2 })"},
        mistake{"[workload]\nmix = { toggle = 0 }",
                "x.toml:5:7: mix: all weights are 0 ({ turn_on = 4, get_states = 2 })"},
        mistake{"[workload]\nmix = { togle = 1 }",
                "x.toml:5:9: mix: unknown kind of command 'togle' (did you mean 'toggle'?)"},
        mistake{"[workload]\nmix = { toggle = -1 }",
                "x.toml:5:18: toggle: -1 is out of range (0 to 1000000)"},
        mistake{"[workload]\ntargets = []", "x.toml:5:11: targets: must not be empty"},
        mistake{"[workload]\ntargets = [\"Kitchen light\"]",
                "x.toml:5:12: targets: 'Kitchen light' is not an entity id (write "
                "\"light.kitchen\")"},
        mistake{"[workload]\nat_limit = \"recicle\"",
                "x.toml:5:12: at_limit: unknown word 'recicle' (did you mean 'recycle'?)"},
        mistake{"[workload]\nburst_size = 2\n[[command]]\nat = \"1s\"\nkind = \"toggle\"\n"
                "target = \"light.a\"",
                "x.toml:5:14: 'burst_size' has no effect beside [[command]] (leave one of them "
                "out)"},
        mistake{"[host]\nrecycle = \"5m\"\nrecycle_at = [\"1m\"]",
                "x.toml:6:14: both 'recycle' and 'recycle_at' (one of the two)"},
        mistake{"[host]\nrecycle_at = [\"1h\"]",
                "x.toml:5:15: recycle at 1h is not before the end of the scenario (duration = "
                "\"1h\")"}));

INSTANTIATE_TEST_SUITE_P(
    Faults, LoaderErrorTest,
    testing::Values(
        mistake{"[[fault]]\nkind = \"stal\"\nat = \"1m\"\nfor = \"1s\"",
                "x.toml:5:8: kind: unknown kind of fault 'stal' (did you mean 'stall'?)"},
        mistake{
            "[[fault]]\nat = \"1m\"",
            "x.toml:4:1: missing key 'kind' (one of: restart, stall, slow, drop, lose_answer, "
            "partition, cut, forget, refuse, blackhole, latency, silence, hang_up, http_error, "
            "reject_auth, ignore_pings, delay_answer, reorder, duplicate, late_event, "
            "event_first, fail_subscription, fail_command, unknown_event, wrong_id, bad_json, "
            "batch, giant, storm, overflow, remove_entity, rename_entity, unavailable, "
            "expire_tokens, revoke_token, ban, version, clock_jump, no_deflate, trickle, "
            "fragment, loss, corrupt, slice, cut_after, throttle, mtu, swizzle, dns, move, tls, "
            "suspend, wall_clock, slow_cpu, kill, mute_events, dead_subscription, "
            "recovery_mode, stop_reading, reject_compressed, crowd, bad_upgrade)"},
        mistake{"[[fault]]\nkind = \"forget\"",
                "x.toml:4:1: neither 'at' nor 'every' (write at = \"5m\")"},
        mistake{"[[fault]]\nkind = \"loss\"\nat = \"1m\"\nfor = \"1s\"\nto_good = 0.5",
                "x.toml:8:11: 'to_good' has no effect without 'to_bad'"},
        mistake{
            "[[fault]]\nkind = \"cut_after\"\nat = \"1m\"\nfor = \"1s\"\nbytes = 1\nage = \"1s\"",
            "x.toml:9:7: both 'bytes' and 'age' (one of the two)"},
        mistake{"[[fault]]\nkind = \"cut\"\nat = \"1m\"\nendpoint = \"cluod\"\n"
                "[[endpoint]]\nname = \"cloud\"",
                "x.toml:7:12: there is no endpoint 'cluod' (did you mean 'cloud'?)"},
        mistake{"[[endpoint]]\nname = \"local\"",
                "x.toml:4:1: second endpoint named 'local' (\"local\" is the one of [network])"},
        mistake{"[[fault]]\nkind = \"tls\"\nat = \"1m\"\nfor = \"1s\"",
                "x.toml:5:8: the server does not speak TLS ([server] tls = true)"},
        mistake{"[[fault]]\nkind = \"crowd\"\nat = \"1m\"\nfor = \"1s\"\nretry_after = \"3s\"",
                "x.toml:8:15: 'retry_after' has no effect without 429 (beyond = \"deny\")"},
        mistake{"[[fault]]\nkind = \"forget\"\nat = \"1h\"",
                "x.toml:6:6: fault at 1h is not before the end of the scenario (duration = "
                "\"1h\")"},
        mistake{"[[fault]]\nkind = \"forget\"\nevery = \"0s\"",
                "x.toml:6:9: every: would never advance: all its values are 0s (a mean of at least "
                "1us)"},
        mistake{"[[fault]]\nkind = \"forget\"\nat = \"1m\"\nprobability = 1.5",
                "x.toml:7:15: probability: 1.5 is out of range (0 to 1)"},
        mistake{"[[fault]]\nkind = \"forget\"\nat = \"1m\"\nprobability = -0.1",
                "x.toml:7:15: probability: -0.1 is out of range (0 to 1)"},
        mistake{"[[fault]]\nkind = \"forget\"\nat = \"1m\"\ntimes = 2",
                "x.toml:7:9: 'times' has no effect without 'every'"},
        mistake{"[[fault]]\nkind = \"forget\"\nat = \"1m\"\nfor = \"2s\"",
                "x.toml:7:1: 'for' does not apply: it is over at once"},
        mistake{"[[fault]]\nkind = \"restart\"\nat = \"1m\"\nfor = \"2s\"",
                "x.toml:7:1: 'for' does not apply: a restart lasts as long as its phases"},
        mistake{"[[fault]]\nkind = \"stall\"\nat = \"1m\"",
                "x.toml:4:1: missing key 'for' of a stall (write for = \"5s\")"},
        mistake{"[[fault]]\nkind = \"slow\"\nat = \"1m\"\nfor = \"2s\"",
                "x.toml:4:1: missing key 'delay' of a slow (write delay = \"5s\")"},
        mistake{"[[fault]]\nkind = \"drop\"\nat = \"1m\"\ncode = 1001",
                "x.toml:7:8: 'code' has no effect without a Close frame (how = \"close\")"},
        mistake{"[[fault]]\nkind = \"cut\"\nat = \"1m\"\nhow = \"fine\"",
                "x.toml:7:7: how: unknown word 'fine' (did you mean 'fin'?)"},
        mistake{"[[fault]]\nkind = \"cut\"\nat = \"1m\"\ndelay = \"1s\"",
                "x.toml:7:1: unknown key 'delay' (one of: kind, name, at, every, times, "
                "probability, must_hit, after, endpoint, family, how, occurrence)"},
        mistake{"[[fault]]\nname = \"a\"\nkind = \"forget\"\nat = \"1m\"\n"
                "[[fault]]\nname = \"a\"\nkind = \"forget\"\nat = \"2m\"",
                "x.toml:9:8: second fault named 'a' (give it a name of its own)"},
        mistake{"[[fault]]\nkind = \"stall\"\nfor = \"1s\"\n[[fault.occurrence]]\nat = \"1m\"\n"
                "for = \"1s\"",
                "x.toml:6:7: 'for' belongs into [[fault.occurrence]]"},
        mistake{"[[fault]]\nkind = \"stall\"\nat = \"2s\"\n[[fault.occurrence]]\nat = \"1m\"\n"
                "for = \"1s\"",
                "x.toml:7:1: [[fault.occurrence]] beside 'at' or 'every' (one of them)"},
        mistake{"[[fault]]\nkind = \"forget\"\n[[fault.occurrence]]\nat = \"2h\"",
                "x.toml:7:6: fault at 2h is not before the end of the scenario (duration = "
                "\"1h\")"}));

INSTANTIATE_TEST_SUITE_P(
    Clients, LoaderErrorTest,
    testing::Values(
        mistake{"clients = [\"naiv\"]",
                "x.toml:4:12: clients: unknown client 'naiv' (did you mean 'naive'?)"},
        mistake{"clients = [\"production-without-helth\"]",
                "x.toml:4:12: clients: unknown layer 'helth' (did you mean 'health'?)"},
        mistake{"[[expect]]\nclient = \"naive\"\nfigure = \"error_rates\"\nmax = 1",
                "x.toml:6:10: figure: unknown figure 'error_rates' (did you mean 'error_rate'?)"},
        mistake{"[[expect]]\nclient = \"naive\"\nfigure = \"error_rate\"",
                "x.toml:4:1: expects nothing (give 'min' or 'max', or both)"},
        mistake{"[[expect]]\nclient = \"naive\"\nfigure = \"error_rate\"\nmin = 0.2\nmax = 0.1",
                "x.toml:7:7: min is above max"},
        mistake{"[[expect]]\nclient = \"naive\"\nfigure = \"error_rate\"\nmax = inf",
                "x.toml:7:7: max: inf is out of range (a finite number)"}));

TEST(LoaderErrors, AllOfAFileComeInTheOrderOfTheirPlaces) {
  EXPECT_THAT(errors_of("schema = 2\nduration = 5\n"
                        "[[fault]]\nkind = \"stall\"\nfor = 3\n"
                        "[network]\nlatency = \"1\"\nltency = \"1s\"\n"),
              ElementsAre("x.toml: missing key 'title' (string of one line)",
                          "x.toml:1:10: schema: version 2 is not known (write schema = 1)",
                          "x.toml:2:12: duration: missing unit (write \"5s\")",
                          "x.toml:3:1: neither 'at' nor 'every' (write at = \"5m\")",
                          "x.toml:5:7: for: missing unit (write \"3s\")",
                          "x.toml:7:11: latency: missing unit (write \"1s\")",
                          "x.toml:8:1: unknown key 'ltency' (did you mean 'latency'?)"));
}

TEST(LoaderErrors, TheSchemaVersionIsRequired) {
  EXPECT_THAT(errors_of("title = \"t\"\nduration = \"1h\""),
              ElementsAre("x.toml: missing key 'schema' (integer)"));
}

TEST(LoaderErrors, SyntaxIsReportedWithTheParsersWordsAndPlace) {
  const auto errors = errors_of("schema = 1\ntitle = \"t\nduration = \"1h\"");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0], testing::StartsWith("x.toml:2:11: "));
  EXPECT_THAT(errors_of("schema = 1\nschema = 1"), ElementsAre(HasSubstr("x.toml:2:")));
}

TEST(LoaderErrors, AnEmptyFileIsOneError) {
  const char* const empty = "x.toml: the file is empty (it begins with: schema = 1)";
  EXPECT_THAT(errors_of(""), ElementsAre(empty));
  EXPECT_THAT(errors_of("\n  # nothing\r\n"), ElementsAre(empty));
}

TEST(LoaderErrors, ABinaryFileIsOneError) {
  using std::string_view_literals::operator""sv;
  EXPECT_THAT(errors_of("schema\0 = 1"sv),
              ElementsAre("x.toml:1:7: not a text file: it holds a NUL byte (expected TOML)"));
  EXPECT_THAT(errors_of("schema = 1\n\xc3\xa4\xff"),
              ElementsAre("x.toml:2:2: not a text file: it is not UTF-8 (expected TOML)"));
}

// A parser that builds a table per part, and destroys them recursively, has its stack overflown by
// one line of a megabyte.
TEST(LoaderErrors, HostileNestingIsAnErrorAndNotACrash) {
  const auto repeated = [](std::string_view part, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) {
      result += part;
    }
    return result;
  };
  const std::string dots = repeated("a.", 500'000);
  const std::string quoted_dots = repeated("\"a\".", 200'000);
  const std::string nested = "nested deeper than 32 levels";
  EXPECT_THAT(errors_of(dots + "a = 1"), ElementsAre(HasSubstr(nested)));
  EXPECT_THAT(errors_of("[" + dots + "a]"), ElementsAre(HasSubstr(nested)));
  EXPECT_THAT(errors_of("x = { " + quoted_dots + "a = 1 }"), ElementsAre(HasSubstr(nested)));
  EXPECT_THAT(errors_of("x = \"\"\"a\"\"\"\"\"\n" + dots + "a = 1"),
              ElementsAre(HasSubstr(nested)));
  EXPECT_THAT(errors_of("x = " + repeated("[", 500'000)), ElementsAre(HasSubstr(nested)));
  EXPECT_THAT(errors_of("x = " + repeated("{a=", 300'000)), ElementsAre(HasSubstr(nested)));
  // Dots that nest nothing do no harm.
  EXPECT_THAT(errors_of(minimal("description = \"" + std::string(1000, '.') + "\" # " + dots)),
              IsEmpty());
}

TEST(LoaderErrors, ManyMistakesAreAllReported) {
  std::string text = minimal("[network]\n");
  for (int i = 0; i < 2000; ++i) {
    text += "key_" + std::to_string(i) + " = 1\n";
  }
  EXPECT_EQ(errors_of(text).size(), 2000U);
}

class LoaderFileTest : public testing::Test {
 protected:
  LoaderFileTest() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~LoaderFileTest() override { std::filesystem::remove_all(folder); }

  std::string error_of(const std::filesystem::path& file) {
    const auto loaded = load_scenario(file);
    return loaded ? "none" : loaded.error().at(0).text();
  }

  // One folder per test: they run side by side.
  const std::filesystem::path folder =
      std::filesystem::path(HASSLE_BINARY_DIR) / "tests" /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(LoaderFileTest, ADirectoryIsNotAScenario) {
  EXPECT_EQ(error_of(folder), folder.string() + ": is a directory (name a file in it)");
}

TEST_F(LoaderFileTest, WhatDoesNotExistIsNotAScenario) {
  EXPECT_EQ(error_of(folder / "no.toml"), (folder / "no.toml").string() + ": no such file");
}

// The file has holes in place of its content: reading it would need memory, naming its size none.
TEST_F(LoaderFileTest, AHugeFileIsRefusedUnread) {
  const auto file = folder / "huge.toml";
  std::ofstream(file) << minimal();
  std::filesystem::resize_file(file, 1ULL << 40U);
  EXPECT_EQ(error_of(file), file.string() + ": larger than 1048576 bytes");
}

TEST_F(LoaderFileTest, AFileOfTheLargestSizeIsRead) {
  const auto file = folder / "large.toml";
  std::string text = minimal("# ");
  text.resize(scenario_bytes_max, 'x');
  std::ofstream(file) << text;
  EXPECT_EQ(error_of(file), "none");
  std::ofstream(file, std::ios::app) << 'x';
  EXPECT_EQ(error_of(file), file.string() + ": larger than 1048576 bytes");
}

// A device has no size and no end: only the bound on what is read helps.
TEST_F(LoaderFileTest, AnEndlessDeviceIsRefused) {
  EXPECT_EQ(error_of("/dev/zero"), "/dev/zero: larger than 1048576 bytes");
}

}  // namespace
}  // namespace hassle::scenario
