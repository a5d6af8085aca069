#include <hassle/client/settings.hpp>
#include <hassle/client/toml_config.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace hassle::client {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

config_source a_file() {
  config_source from{.name = "c.toml"};
  from.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "TOKEN") return "from the environment";
    return std::nullopt;
  };
  return from;
}

constexpr std::string_view least = "url = \"http://ha:8123\"\naccess_token = \"t\"\n";

config read(const std::string& text) {
  auto parsed = parse_config(text, a_file());
  if (!parsed) {
    for (const config_error& each : parsed.error()) ADD_FAILURE() << each.text();
    return {};
  }
  return *std::move(parsed);
}

std::vector<std::string> errors_of(std::string_view text, config_source from = a_file()) {
  std::vector<std::string> all;
  const auto parsed = parse_config(text, from);
  if (!parsed) {
    for (const config_error& each : parsed.error()) all.push_back(each.text());
  }
  return all;
}

TEST(TomlConfig, AUrlAndATokenAreEnoughForEveryLayer) {
  const config read_one = read(std::string(least));
  EXPECT_EQ(read_one.server, (net::endpoint{"ha", 8123}));
  EXPECT_EQ(read_one.style, engine_style::best);
  EXPECT_TRUE(read_one.reconnect && read_one.failover && read_one.mirror);
}

TEST(TomlConfig, ReadsEveryKindOfSetting) {
  const config of = read(R"(
url = "https://ha.example/prefix"
access_token_env = "TOKEN"
message_bytes_max = 1000000
layers = ["reconnect", "health", "breaker", "idempotency", "mirror", "failover"]
[tls]
trust = "pinned"
pinned_sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
[proxy]
url = "http://proxy:3128"
bypass = [".lan"]
[health]
interval = "1m30s"
[breaker]
window = "time"
[[idempotency.rules]]
service = "script.*"
idempotent = true
[mirror]
entity_ids = ["light.a", "light.b"]
[failover]
policy = "race"
[[failover.others]]
name = "remote"
url = "wss://remote.example"
[failover.others.tls]
server_name = "other.example"
)");
  EXPECT_EQ(of.target, "/prefix/api/websocket");
  EXPECT_EQ(of.access_token, "from the environment");
  EXPECT_EQ(of.tls->trust, tls_config::trust_kind::pinned);
  EXPECT_EQ(of.proxy->server, (net::endpoint{"proxy", 3128}));
  EXPECT_THAT(of.proxy->bypass, ElementsAre(".lan"));
  EXPECT_EQ(of.health->interval, 90s);
  EXPECT_EQ(of.breaker->window, breaker_window::time);
  EXPECT_FALSE(of.pool);
  EXPECT_EQ(of.idempotency->rules, (std::vector<service_rule>{{"script.*", true}}));
  EXPECT_THAT(of.mirror->entity_ids, ElementsAre("light.a", "light.b"));
  ASSERT_EQ(of.failover->others.size(), 1U);
  EXPECT_EQ(of.failover->others[0].server, (net::endpoint{"remote.example", 443}));
  EXPECT_EQ(of.failover->others[0].tls->server_name, "other.example");
}

TEST(TomlConfig, EveryErrorIsToldWithItsPlaceAndTheNearestWord) {
  EXPECT_THAT(
      errors_of("url = \"http://ha\"\naccess_token = \"t\"\n[helth]\n[breaker]\nopen_for = 60\n"
                "[health]\n  intervall = \"30s\"\nlife_limit = \"30\"\n"),
      ElementsAre("c.toml:3:2: helth: is no table of settings (did you mean 'health'?)",
                  "c.toml:5:12: breaker.open_for: takes a duration such as \"30s\", not a whole "
                  "number (write \"60s\")",
                  "c.toml:7:3: health.intervall: is no setting (did you mean 'interval'?)",
                  "c.toml:8:14: health.life_limit: missing unit (write \"30s\")"));
}

TEST(TomlConfig, WhatValidateFindsHasItsPlaceToo) {
  EXPECT_THAT(errors_of(std::string(least) +
                        "[health]\ninterval = \"3s\"\n[failover]\n[[failover.others]]\n"
                        "url = \"https://b\"\n[failover.others.tls]\ntrust = \"ca_file\"\n"
                        "[mirror]\nentity_ids = [\"light.a\", \"nonsense\"]\n"),
              ElementsAre(HasSubstr("c.toml:4:12: health.interval: is below 10 s"),
                          HasSubstr("c.toml:8:1: failover.others[0].tls.ca_file: is missing"),
                          HasSubstr("c.toml:11:14: mirror.entity_ids[1]: is no entity id")));
}

TEST(TomlConfig, WhatDoesNotBelongTogetherIsAnError) {
  EXPECT_THAT(errors_of(""), ElementsAre(HasSubstr("c.toml: url: is missing")));
  EXPECT_THAT(errors_of("url = \"http://ha\"\n"),
              ElementsAre(HasSubstr("c.toml: access_token: is missing")));
  EXPECT_THAT(errors_of(std::string(least) + "[tls]\n"),
              ElementsAre(HasSubstr("c.toml:3:1: tls: the URL is not https")));
  EXPECT_THAT(errors_of(std::string(least) + "layers = []\n[pool]\n"),
              ElementsAre(HasSubstr("c.toml:4:1: pool: is a layer that is not on")));
  EXPECT_THAT(errors_of(std::string(least) + "layers = [\"brekaer\"]\n"),
              ElementsAre(HasSubstr("there is no layer 'brekaer' (did you mean 'breaker'?)")));
  EXPECT_THAT(errors_of(std::string(least) + "access_token_env = \"TOKEN\"\n"),
              ElementsAre(HasSubstr("c.toml:3:20: access_token: is given twice")));
  EXPECT_THAT(errors_of("url = \"http://ha\"\naccess_token_env = \"NONE\"\n"),
              ElementsAre(HasSubstr("access_token_env: the variable 'NONE' is not set")));
  EXPECT_THAT(errors_of(std::string(least) + "[failover]\n[[failover.others]]\nname = \"x\"\n"),
              ElementsAre(HasSubstr("failover.others[0].url: is missing")));
  EXPECT_THAT(errors_of(std::string(least) + "style = \"lee\"\n[probe]\n"),
              ElementsAre(HasSubstr("probe: is a layer that is not on")));
}

TEST(TomlConfig, WhatIsNoTomlSaysWhere) {
  EXPECT_THAT(errors_of("url = \"http://ha\"\nurl = 3\n"), ElementsAre(HasSubstr("c.toml:2:")));
  EXPECT_THAT(errors_of(std::string("a\0b", 3)), ElementsAre("c.toml:1:2: not a text"));
  EXPECT_THAT(errors_of("a = " + std::string(100'000, '[')),
              ElementsAre(HasSubstr("nested too deep")));
  EXPECT_THAT(errors_of("url = 1979-05-27\naccess_token = \"t\"\nhealth = 3\n"),
              ElementsAre(HasSubstr("not a date or time"), HasSubstr("health: is a table")));
}

TEST(TomlConfig, SecretsComeFromFilesBesideItAndAreNeverRepeated) {
  const fs::path directory = fs::path(::testing::TempDir()) / "hassle-toml-config";
  fs::create_directories(directory);
  std::ofstream(directory / "token") << "s3cret\n";
  std::ofstream(directory / "c.toml")
      << "url = \"https://ha\"\naccess_token_file = \"token\"\n[tls]\ntrust = \"ca_file\"\n"
         "ca_file = \"ca.pem\"\n";
  const auto loaded = load_config(directory / "c.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->access_token, "s3cret");
  EXPECT_EQ(loaded->tls->ca_file, (directory / "ca.pem").string());
  EXPECT_THAT(to_toml(*loaded), Not(HasSubstr("s3cret")));
  EXPECT_THAT(to_toml(*loaded), HasSubstr("# access_token is set\n"));
  std::ofstream(directory / "token") << "s3\x01" << "cret";
  const auto bad = load_config(directory / "c.toml");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().at(0).text(), HasSubstr("c.toml:2:21: access_token: holds a control"));
  EXPECT_THAT(bad.error().at(0).text(), Not(HasSubstr("s3")));
  EXPECT_EQ(load_config(directory / "none.toml").error().at(0).message, "no such file");
  fs::remove_all(directory);
}

TEST(TomlConfig, ForTheLinterOtherClientsNeedNoTokenAndMayLackLimits) {
  config_source from = a_file();
  from.use = config_use::lint;
  EXPECT_THAT(errors_of("[reconnect]\nanswer_limit = \"none\"\n", from), IsEmpty());
  EXPECT_THAT(errors_of("[reconnect]\nanswer_limit = \"0s\"\n", from),
              ElementsAre(HasSubstr("c.toml:2:16: reconnect.answer_limit: is not above zero")));
  EXPECT_THAT(errors_of(std::string(least) + "[reconnect]\nanswer_limit = \"none\"\n"),
              ElementsAre(HasSubstr("has no limit")));
}

TEST(TomlConfig, WhatIsWrittenIsReadBackAsTheSame) {
  config of = production_config();
  of.server = {"fe80::1", 443};
  of.target = "/x/api/websocket";
  of.access_token = "t";
  of.tls.emplace().server_name = "quote \" and \\";
  of.proxy = proxy_config{.server = {"proxy", 1}, .user = "u", .password = "p", .bypass = {"*"}};
  of.idempotency->rules = {{"light.toggle", true}, {"script.*", false}};
  of.failover->others.resize(2);
  of.failover->others[0].tls.emplace();
  of.failover->others[1].name = "remote";
  of.pool->hedge_after = 150ms;
  of.pool->size = 7;
  config again = read("access_token = \"t\"\n" + to_toml(of));
  EXPECT_EQ(again.proxy->password, "");
  again.proxy->password = "p";
  EXPECT_EQ(to_toml(again), to_toml(of));
  EXPECT_EQ(again.server, of.server);
  EXPECT_EQ(again.target, of.target);
  EXPECT_EQ(again.tls, of.tls);
  EXPECT_EQ(again.proxy, of.proxy);
  EXPECT_EQ(again.idempotency, of.idempotency);
  EXPECT_EQ(again.failover, of.failover);
  EXPECT_EQ(again.pool, of.pool);
}

TEST(TomlConfig, TheProxyMayBeTheEnvironments) {
  config_source from = a_file();
  from.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HTTPS_PROXY") return "http://me:s3cret@secure:1";
    if (name == "http_proxy") return "plain:2";
    if (name == "no_proxy") return ".lan";
    return std::nullopt;
  };
  const std::string tail = "access_token = \"t\"\n[proxy]\nfrom_environment = true\n";
  const auto secure = parse_config("url = \"https://ha\"\n" + tail + "bypass = [\"b\"]\n", from);
  ASSERT_TRUE(secure && secure->proxy);
  EXPECT_EQ(secure->proxy->server, (net::endpoint{"secure", 1}));
  EXPECT_EQ(secure->proxy->password, "s3cret");
  EXPECT_THAT(secure->proxy->bypass, ElementsAre(".lan", "b"));
  const auto plain = parse_config("url = \"http://ha\"\n" + tail, from);
  ASSERT_TRUE(plain && plain->proxy);
  EXPECT_EQ(plain->proxy->server, (net::endpoint{"plain", 2}));
  EXPECT_EQ(read("url = \"http://ha\"\n" + tail).proxy, std::nullopt) << "it names none";
  EXPECT_THAT(errors_of("url = \"http://ha\"\n" + tail + "url = \"http://p:1\"\n", from),
              ElementsAre(HasSubstr("goes not together with proxy.url")));
  from.environment = [](const std::string&) { return "socks5://me:s3cret@p:1"; };
  EXPECT_THAT(errors_of("url = \"http://ha\"\n" + tail, from),
              ElementsAre(AllOf(HasSubstr("proxy.from_environment"), Not(HasSubstr("s3cret")))));
}

// Whatever a person writes, there is an answer and no secret in it.
TEST(TomlConfig, AnyTextIsReadOrRefused) {
  const std::string whole = "access_token = \"s3cret\"\n" + to_toml(production_config());
  EXPECT_TRUE(rc::check([&] {
    std::string text = whole;
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto count = *rc::gen::inRange<std::size_t>(0, 30);
    const auto instead = *rc::gen::string<std::string>();
    text.replace(at, count, instead);
    for (const std::string& each : errors_of(text)) {
      RC_ASSERT(each.find("s3cret") == std::string::npos);
    }
  }));
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(TomlConfig, EveryMemberOfTheSettingsHasARow) {
  const std::string header =
      text_of(fs::path(HASSLE_SOURCE_DIR) / "client/include/hassle/client/config.hpp");
  const std::regex line(R"(struct (\w+?)(?:_config)? \{|^  [\w:<>]+ (\w+)(?: =|;|\{))",
                        std::regex::multiline);
  std::string section;
  std::size_t count = 0;
  for (std::sregex_iterator it(header.begin(), header.end(), line), end; it != end; ++it) {
    if ((*it)[1].matched) {
      section = (*it)[1];
      continue;
    }
    const std::string key = (*it)[2];
    if (section == "config") break;
    if (section.empty() || section == "endpoint" || section == "service_rule" || key == "server" ||
        key == "others" || key == "rules") {
      continue;
    }
    ++count;
    EXPECT_TRUE(std::ranges::any_of(
        all_settings(),
        [&](const setting_info& each) { return each.section == section && each.key == key; }))
        << section << "." << key;
  }
  EXPECT_GT(count, 80U);
}

TEST(TomlConfig, TheReferenceIsUpToDate) {
  const std::string shown = text_of(fs::path(HASSLE_SOURCE_DIR) / "client/SETTINGS.md");
  EXPECT_THAT(shown, ::testing::EndsWith(settings_reference()))
      << "hassle lint --reference prints it";
}

}  // namespace
}  // namespace hassle::client
