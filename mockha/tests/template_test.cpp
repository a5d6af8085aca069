#include "mockha/template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <string>

namespace hassle::mockha {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TemplateTest : public testing::Test {
 protected:
  template_rendering rendered(std::string_view text, bool strict = false,
                              const template_limits& limits = {}) {
    const auto program = template_program::parse(text, limits);
    if (!program) return {.result = std::unexpected(program.error())};
    return render(*program, {.house = house, .now = now, .variables = &variables, .strict = strict},
                  limits);
  }
  /// The result as JSON, or the error.
  std::string of(std::string_view text) {
    const auto done = rendered(text);
    return done.result ? json_text(*done.result) : done.result.error();
  }
  std::string of_strict(std::string_view text) {
    const auto done = rendered(text, true);
    return done.result ? json_text(*done.result) : done.result.error();
  }

  wall_time now{std::chrono::seconds(1'782'422'405)};
  home house{*find_home("small"), context_source(net::random_stream(1)), now};
  json::object variables{{"name", "World"}, {"n", 7}, {"list", json::array{3, 1, 2}}};
};

TEST_F(TemplateTest, TextOutsideOfBracesIsText) {
  EXPECT_EQ(of("State is: {{ 42 }}"), R"("State is: 42")");
  EXPECT_EQ(of("a{# nothing #}b"), R"("ab")");
  EXPECT_EQ(of("Hello {{ name }}!"), R"("Hello World!")");
  EXPECT_EQ(of("a  {{- ' b ' -}}  c"), R"("a b c")");
  EXPECT_EQ(of("{ single } % # }}"), R"("{ single } % # }}")");
}

TEST_F(TemplateTest, ResultsAreNative) {
  EXPECT_EQ(of("{{ 42 }}"), "42");
  EXPECT_EQ(of("{{ 1.50 }}"), "1.5");
  EXPECT_EQ(of("{{ -3 }}"), "-3");
  EXPECT_EQ(of("{{ 1 == 1 }}"), "true");
  EXPECT_EQ(of("{{ none }}"), "null");
  EXPECT_EQ(of("{{ [1, 'a', 2.5, None] }}"), R"([1,"a",2.5,null])");
  EXPECT_EQ(of("{{ {'a': 1, 'b': [True]} }}"), R"({"a":1,"b":[true]})");
  EXPECT_EQ(of("{{ (1, 2) }}"), "[1,2]");
  EXPECT_EQ(of(" {{ 'text' }}\n"), R"("text")");
  EXPECT_EQ(of("{{ '\"x\"' }}"), R"("\"x\"")") << "strings keep their quotes";
  EXPECT_EQ(of(""), R"("")");
}

TEST_F(TemplateTest, NumbersThatPythonWouldNotWriteStayText) {
  for (const char* text :
       {"007", "1_000", "1e5", "0x10", "1.2.3", "--1", "on", "1 2", "[1", "(", "{1: 2", "True x"}) {
    EXPECT_EQ(of(text), json_text(json::value(text)));
  }
  EXPECT_EQ(of("0"), "0");
  EXPECT_EQ(of("0.5"), "0.5");
  EXPECT_EQ(of("+5"), "5");
  EXPECT_EQ(of(".5"), "0.5");
}

TEST_F(TemplateTest, ArithmeticIsPythons) {
  EXPECT_EQ(of("{{ 1 + 2 * 3 }}"), "7");
  EXPECT_EQ(of("{{ (1 + 2) * 3 }}"), "9");
  EXPECT_EQ(of("{{ 7 / 2 }}"), "3.5");
  EXPECT_EQ(of("{{ 4 / 2 }}"), "2.0");
  EXPECT_EQ(of("{{ -7 // 2 }}"), "-4");
  EXPECT_EQ(of("{{ -7 % 3 }}"), "2");
  EXPECT_EQ(of("{{ 2 ** 10 }}"), "1024");
  EXPECT_EQ(of("{{ 'a' ~ 1 ~ none }}"), R"("a1None")");
  EXPECT_EQ(of("{{ 'a' + 'b' }}"), R"("ab")");
  EXPECT_EQ(of("{{ [1] + [2] }}"), "[1,2]");
  EXPECT_EQ(of("{{ 9223372036854775807 + 1 }}").substr(0, 4), "\"9.2") << "no overflow";
  EXPECT_EQ(of("{{ 2 / 0 }}"), "ZeroDivisionError: division by zero");
  EXPECT_EQ(of("{{ 'a' + 1 }}"), "TypeError: can only concatenate str (not \"int\") to str");
  EXPECT_EQ(of("{{ 1 + 'a' }}"), "TypeError: unsupported operand type(s) for +: 'int' and 'str'");
}

TEST_F(TemplateTest, ComparisonsAndLogic) {
  EXPECT_EQ(of("{{ 1 < 2 < 3 }}"), "true");
  EXPECT_EQ(of("{{ 1 < 2 > 3 }}"), "false");
  EXPECT_EQ(of("{{ 1 == 1.0 and 'a' != 'b' }}"), "true");
  EXPECT_EQ(of("{{ not 0 or false }}"), "true");
  EXPECT_EQ(of("{{ 2 in [1, 2] and 'or' in 'World' and 5 not in list }}"), "true");
  EXPECT_EQ(of("{{ 'yes' if n > 5 else 'no' }}"), R"("yes")");
  EXPECT_EQ(of("{{ 'x' if false }}"), R"("")");
  EXPECT_EQ(of("{{ 0 or 'else' }}"), R"("else")");
  EXPECT_EQ(of("{{ 1 < 'a' }}"),
            "TypeError: '<' not supported between instances of 'int' and 'str'");
}

TEST_F(TemplateTest, StatesAreLookedUp) {
  EXPECT_EQ(of("{{ states('light.living_room') }}"), R"("on")");
  EXPECT_EQ(of("{{ states('light.nowhere') }}"), R"("unknown")");
  EXPECT_EQ(of("{{ states.light.living_room.state }}"), R"("on")");
  EXPECT_EQ(of("{{ states.light.living_room.attributes.brightness + 1 }}"), "181");
  EXPECT_EQ(of("{{ states.light.living_room.name }}"), R"("Living room")");
  EXPECT_EQ(of("{{ state_attr('light.living_room', 'brightness') }}"), "180");
  EXPECT_EQ(of("{{ state_attr('light.living_room', 'nothing') }}"), "null");
  EXPECT_EQ(of("{{ is_state('light.living_room', 'on') }}"), "true");
  EXPECT_EQ(of("{{ is_state('light.living_room', ['off', 'on']) }}"), "true");
  EXPECT_EQ(of("{{ is_state_attr('light.living_room', 'brightness', 180) }}"), "true");
  EXPECT_EQ(of("{{ has_value('scene.movie') }}"), "false");
  EXPECT_EQ(of("{{ 'light.kitchen' | states }}"), R"("off")");
  EXPECT_EQ(of("{{ float(states.sensor.foo.state) + 1 }}"),
            "UndefinedError: 'None' has no attribute 'state'");
}

TEST_F(TemplateTest, DomainsAndAllStatesCanBeRunThrough) {
  EXPECT_EQ(of("{{ states.light | list | count }}"), "8");
  EXPECT_EQ(of("{{ states | count }}"), "44");
  EXPECT_EQ(of("{{ states.light | selectattr('state', 'eq', 'on') | map(attribute='entity_id') | "
               "list }}"),
            R"(["light.living_room"])");
  EXPECT_EQ(of("{{ states.lock | map(attribute='attributes.changed_by') | first }}"),
            R"("Keypad")");
  EXPECT_EQ(of("{{ states.sensor | selectattr('attributes.device_class', 'eq', 'power') | "
               "map(attribute='state') | map('float') | sum }}"),
            "312.5");
}

TEST_F(TemplateTest, ListenersSayWhatWasLookedAt) {
  auto done = rendered("{{ states('light.kitchen') }}{{ is_state('sun.sun', 'x') }}");
  EXPECT_EQ(done.listeners.json(),
            R"({"all":false,"entities":["light.kitchen","sun.sun"],"domains":[],"time":false})");
  EXPECT_TRUE(done.listeners.concerns("sun.sun"));
  EXPECT_FALSE(done.listeners.concerns("light.desk"));
  done = rendered("{{ states.light | count }}{{ now() }}");
  EXPECT_EQ(done.listeners.json(),
            R"({"all":false,"entities":[],"domains":["light"],"time":true})");
  EXPECT_TRUE(done.listeners.concerns("light.desk"));
  done = rendered("{{ states | count }}{{ states('sun.sun') }}");
  EXPECT_EQ(done.listeners.json(), R"({"all":true,"entities":[],"domains":[],"time":false})");
  // A branch that was not taken was not looked at.
  done = rendered("{% if false %}{{ states('sun.sun') }}{% endif %}");
  EXPECT_EQ(done.listeners, template_listeners{});
}

TEST_F(TemplateTest, NumbersAreReadFromTexts) {
  EXPECT_EQ(of("{{ '21.7' | float + 1 }}"), "22.7");
  EXPECT_EQ(of("{{ '21.7' | int }}"), "21");
  EXPECT_EQ(of("{{ int('x', 5) }}"), "5");
  EXPECT_EQ(of("{{ 'x' | float(0) }}"), "0");
  EXPECT_EQ(of("{{ 'x' | float(default=-1) }}"), "-1");
  EXPECT_EQ(of("{{ 'abc' | int }}"),
            "ValueError: Template error: int got invalid input 'abc' when rendering template "
            "'{{ 'abc' | int }}' but no default was specified");
  EXPECT_EQ(of("{{ 3.14159 | round(2) }}"), "3.14");
  EXPECT_EQ(of("{{ 2.5 | round }}"), "2") << "to even, as Python";
  EXPECT_EQ(of("{{ 2.4 | round(0, 'ceil') }}"), "3");
  EXPECT_EQ(of("{{ 2.675 | round(2) }}"), "2.67") << "what 2.675 really is";
  EXPECT_EQ(of("{{ 1234 | round(-2) }}"), "1200.0");
  EXPECT_EQ(of("{{ 'x' | round(1, default='none') }}"), R"("none")");
  EXPECT_EQ(of("{{ -5 | abs }}{{ 3 - 5 | abs }}"), "\"5-2\"") << "filters bind closer than -";
}

TEST_F(TemplateTest, TextFilters) {
  EXPECT_EQ(of("{{ 'Ab' | lower }}{{ 'Ab' | upper }}"), R"("abAB")");
  EXPECT_EQ(of("{{ 'a-b-c' | replace('-', '+') }}"), R"("a+b+c")");
  EXPECT_EQ(of("{{ 'äb' | length }}"), "2");
  EXPECT_EQ(of("{{ '  x ' | trim }}|"), R"("x|")");
  EXPECT_EQ(of("{{ 'hello world' | title }}{{ 'HELLO' | capitalize }}"), R"("Hello WorldHello")");
  EXPECT_EQ(of("{{ {'b': 1, 'a': '<'} | tojson }} x"), R"("{\"a\": \"\\u003c\", \"b\": 1} x")");
  EXPECT_EQ(of("{{ {'b': 1} | to_json }} x"), R"("{\"b\":1} x")");
  EXPECT_EQ(of("{{ ('[1, 2]' | from_json)[1] }}"), "2");
  EXPECT_EQ(of("{{ 'a,b'.split(',') | join(' and ') }}"), R"("a and b")");
  EXPECT_EQ(of("{{ 'abc'.startswith('ab') and 'abc'.upper() == 'ABC' }}"), "true");
}

TEST_F(TemplateTest, ListFilters) {
  EXPECT_EQ(of("{{ list | sort }}"), "[1,2,3]");
  EXPECT_EQ(of("{{ list | sort(reverse=true) | first }}"), "3");
  EXPECT_EQ(of("{{ list | last }}{{ list | sum }}"), "26");
  EXPECT_EQ(of("{{ list | max - list | min }}"), "2");
  EXPECT_EQ(of("{{ [1, 1, 2] | unique | list }}"), "[1,2]");
  EXPECT_EQ(of("{{ list | map('string') | join }}"), "312");
  EXPECT_EQ(of("{{ list | select('gt', 1) | list }}"), "[3,2]");
  EXPECT_EQ(of("{{ list | reject('odd') | list }}"), "[2]");
  EXPECT_EQ(of("{{ range(3) | list }}{{ range(4, 0, -2) | list }}"), R"("[0, 1, 2][4, 2]")");
  EXPECT_EQ(of("{{ {'a': 1}.items() | list }}"), R"([["a",1]])");
  EXPECT_EQ(of("{{ [] | first | default('none') }}"), R"("none")");
  EXPECT_EQ(of("{{ list[-1] + list[0] }}"), "5");
  EXPECT_EQ(of("{{ [3, 'a'] | sort }}").substr(0, 9), "TypeError");
}

TEST_F(TemplateTest, Tests) {
  EXPECT_EQ(of("{{ nothing is defined }}"), "false");
  EXPECT_EQ(of("{{ name is defined and name is string and n is number and n is odd }}"), "true");
  EXPECT_EQ(of("{{ none is none and 1 is not none and {} is mapping }}"), "true");
  EXPECT_EQ(of("{{ 3 is in list and 'light.living_room' is is_state('on') }}"), "true");
  EXPECT_EQ(of("{{ 'scene.movie' is has_value }}"), "false");
  EXPECT_EQ(of("{{ 1 is fancy }}"), "TemplateAssertionError: No test named 'fancy'.");
}

TEST_F(TemplateTest, Statements) {
  EXPECT_EQ(of("{% if n > 10 %}big{% elif n > 5 %}middle{% else %}small{% endif %}"),
            R"("middle")");
  EXPECT_EQ(of("{% for i in list %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}"),
            "\"3, 1, 2\"");
  EXPECT_EQ(of("{% for i in [] %}x{% else %}none{% endfor %}"), R"("none")");
  EXPECT_EQ(of("{% for i in list if i > 1 %}{{ loop.index }}{% endfor %}"), "12");
  EXPECT_EQ(of("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}"),
            R"("a1b2")");
  EXPECT_EQ(of("{% set x = n * 2 %}{{ x }}"), "14");
  EXPECT_EQ(of("{% set x = 1 %}{% for i in list %}{% set x = i %}{% endfor %}{{ x }}"), "1")
      << "a loop has its own names";
  EXPECT_EQ(of("{% for i in 5 %}{% endfor %}"), "TypeError: 'int' object is not iterable");
}

TEST_F(TemplateTest, NowIsTheWorldsTime) {
  EXPECT_EQ(of("{{ now().isoformat() }}"), R"("2026-06-25T21:20:05+00:00")");
  EXPECT_EQ(of("{{ now() }}"), R"("2026-06-25 21:20:05+00:00")");
  EXPECT_EQ(of("{{ now().hour }}:{{ now().minute }}"), R"("21:20")");
  EXPECT_EQ(of("{{ now().strftime('%H:%M on %d.%m.') }}"), R"("21:20 on 25.06.")");
  EXPECT_EQ(of("{{ now().timestamp() | int }}"), "1782422405");
  EXPECT_EQ(of("{{ now().weekday() }}"), "3");
  EXPECT_EQ(of("{{ as_timestamp(states.light.kitchen.last_changed) | int }}"), "1782422405");
  EXPECT_EQ(of("{{ states.light.kitchen.last_changed < now() }}"), "false");
  EXPECT_EQ(of("{{ now().strftime('%Q') }}"), "ValueError: Invalid format string");
  EXPECT_EQ(of("{{ now() | length }}"),
            "TypeError: object of type 'datetime.datetime' has no len()");
}

// The four cases of the protocol's reference.
TEST_F(TemplateTest, WhatIsUndefinedIsSaidAsHomeAssistantSaysIt) {
  using remark = template_rendering::remark;
  auto done = rendered("{{ my_unknown_var }}");
  EXPECT_EQ(done.result, json::value(""));
  EXPECT_THAT(done.remarks, ElementsAre(remark{"'my_unknown_var' is undefined", false}));

  done = rendered("{{ my_unknown_var + 1 }}");
  EXPECT_EQ(done.result.error(), "UndefinedError: 'my_unknown_var' is undefined");
  EXPECT_THAT(done.remarks, IsEmpty());

  done = rendered("{{ my_unknown_func() + 1 }}");
  EXPECT_EQ(done.result.error(), "UndefinedError: 'my_unknown_func' is undefined");
  EXPECT_THAT(done.remarks, ElementsAre(remark{"'my_unknown_func' is undefined", true}));

  EXPECT_EQ(of("{{ now() | unknown_filter }}"),
            "TemplateAssertionError: No filter named 'unknown_filter'.");
  EXPECT_EQ(of_strict("{{ my_unknown_var }}"), "UndefinedError: 'my_unknown_var' is undefined");
  EXPECT_EQ(of_strict("{{ my_unknown_var | default(3) }}"), "3");
  EXPECT_EQ(of("{{ name.nothing }}"), R"("")");
  EXPECT_EQ(of("{{ name.nothing.more }}"),
            "UndefinedError: 'str object' has no attribute 'nothing'");
}

TEST_F(TemplateTest, WhatCannotBeReadIsASyntaxError) {
  for (const char* text :
       {"{{ }}", "{{ 1 + }}", "{{ 'a }}", "{{ 1", "{% if 1 %}", "{% for x %}{% endfor %}",
        "{% endif %}", "{% macro f() %}{% endmacro %}", "{{ (1 }}", "{{ a b }}", "{{ $ }}",
        "{# never", "{% set = 1 %}", "{{ {1} }}", "{{ not }}"}) {
    EXPECT_THAT(of(text), testing::StartsWith("TemplateSyntaxError: ")) << text;
  }
  EXPECT_EQ(of("{% endif %}"), "TemplateSyntaxError: Encountered unknown tag 'endif'.");
}

TEST_F(TemplateTest, CostsAreLimited) {
  EXPECT_THAT(rendered(std::string(70'000, 'x')).result.error(), HasSubstr("longer than"));
  EXPECT_THAT(of("{{ " + std::string(5'000, '(')), HasSubstr("nested too deeply"));
  EXPECT_THAT(of("{{ " + std::string(5'000, '-') + "1 }}"), HasSubstr("nested too deeply"));
  std::string sum = "{{ 1";
  for (int n = 0; n < 5'000; ++n) sum += "+1";
  EXPECT_THAT(of(sum + " }}"), HasSubstr("nested too deeply"));
  const auto slow = rendered(
      "{% for a in range(1000) %}{% for b in range(1000) %}{{ b }}{% endfor %}{% endfor %}", false,
      {.steps_max = 100'000});
  EXPECT_FALSE(slow.result.has_value());
  EXPECT_TRUE(slow.too_slow);
  EXPECT_THAT(of("{% for a in range(1000) %}{{ 'x' * 3 }}{% endfor %}"), HasSubstr("TypeError"));
  // Doubling again and again.
  std::string twice = "{% set x = 'abcdefgh' %}";
  std::string lists = "{% set x = [1, 2] %}";
  std::string deep = "{% set x = [1] %}";
  for (int n = 0; n < 200; ++n) {
    twice += "{% set x = x ~ x %}";
    lists += "{% set x = [x, x] %}";
    deep += "{% set x = [x] %}";
  }
  EXPECT_THAT(of(twice), HasSubstr("exceeded maximum size"));
  EXPECT_FALSE(rendered(lists).result.has_value());
  EXPECT_THAT(of(deep), HasSubstr("nested too deeply"));
  EXPECT_THAT(of("{{ range(1000000) }}"), HasSubstr("OverflowError"));
  EXPECT_THAT(of("{% for i in range(60000) %}{{ 'xxxxx' }}{% endfor %}"),
              HasSubstr("exceeded maximum size"));
}

}  // namespace
}  // namespace hassle::mockha
