#include "mockha/json_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cmath>
#include <limits>
#include <string>

namespace hassle::mockha {
namespace {

TEST(JsonText, IsCompactAndKeepsTheOrderOfKeys) {
  EXPECT_EQ(json_text(json::parse(R"({ "b" : [1, true, null], "a" : {} })")),
            R"({"b":[1,true,null],"a":{}})");
}

// Clients compare these texts, and Boost.JSON would write 3.5E-1.
TEST(JsonText, NumbersLookLikePythons) {
  EXPECT_EQ(json_text(0.35), "0.35");
  EXPECT_EQ(json_text(21.0), "21.0");
  EXPECT_EQ(json_text(-0.0), "-0.0");
  EXPECT_EQ(json_text(1782422405.162552), "1782422405.162552");
  EXPECT_EQ(json_text(std::int64_t{-7}), "-7");
  EXPECT_EQ(json_text(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(json_text(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(json_text(std::nan("")), "null");
}

TEST(JsonText, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(json_text("a\"b\\c\n\x01°/"), "\"a\\\"b\\\\c\\n\\u0001°/\"");
}

TEST(PythonText, IsWhatReprShows) {
  EXPECT_EQ(python_text(json::parse(R"({"id":5,"x":[true,null,"a'b",1.5],"y":{}})")),
            R"({'id': 5, 'x': [True, None, "a'b", 1.5], 'y': {}})");
  EXPECT_EQ(python_text("both ' and \""), R"('both \' and "')");
  EXPECT_EQ(python_text("tab\t\x02"), R"('tab\t\x02')");
}

RC_GTEST_PROP(JsonText, AnyStringIsReadBackAsItWas, (const std::string& text)) {
  std::string written;
  append_string(written, text);
  json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;
  RC_ASSERT(std::string_view(json::parse(written, {}, lenient).as_string()) == text);
}

}  // namespace
}  // namespace hassle::mockha
