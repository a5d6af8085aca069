#include "scenarios/document.hpp"

#include "scenarios/text_check.hpp"

#include <gmock/gmock.h>

namespace hassle::scenario {
namespace {

TEST(TextCheck, PositionsCountLinesAndCharacters) {
  EXPECT_EQ(position_of("", 0), (source_position{1, 1}));
  EXPECT_EQ(position_of("ab\ncd", 4), (source_position{2, 2}));
  EXPECT_EQ(position_of("\xc3\xa4\xe2\x82\xac!", 5), (source_position{1, 3}));
}

TEST(TextCheck, OnlyUtf8IsText) {
  EXPECT_EQ(find_binary("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x92\xa1"), std::nullopt);
  EXPECT_EQ(find_binary(std::string_view("a\0b", 3)), 1U);
  EXPECT_EQ(find_binary("a\x80"), 1U);             // A continuation of nothing.
  EXPECT_EQ(find_binary("\xc0\xaf"), 0U);          // Overlong.
  EXPECT_EQ(find_binary("\xed\xa0\x80"), 0U);      // A surrogate.
  EXPECT_EQ(find_binary("\xf4\x90\x80\x80"), 0U);  // Beyond the last character.
  EXPECT_EQ(find_binary("ok\xe2\x82"), 2U);        // Cut short.
}

TEST(TextCheck, NestingIsCountedOutsideStringsAndCommentsOnly) {
  EXPECT_EQ(find_deep_nesting("a = [[[1]]]", 3), std::nullopt);
  EXPECT_EQ(find_deep_nesting("a = [[[[1]]]]", 3), 7U);
  EXPECT_EQ(find_deep_nesting("a = \"[[[[\" # [[[[\nb = '[[[['", 3), std::nullopt);
  EXPECT_EQ(find_deep_nesting("a = \"\"\"\n[[[[ \\\"\"\"\" \n\"\"\"", 3), std::nullopt);
  EXPECT_EQ(find_deep_nesting("a.b.c.d = 1.5", 3), std::nullopt);
  EXPECT_EQ(find_deep_nesting("a.b.c.d.e = 1", 3), 7U);
  // Two quotes more than needed belong to the string; what follows is outside of it.
  EXPECT_EQ(find_deep_nesting("x = \"\"\"y\"\"\"\"\"\n[[[[", 3), 17U);
}

TEST(Document, KeysComeInTheOrderOfTheFileWithTheirPlaces) {
  const auto root = parse_document("z = 1\n[b]\nk = \"v\"\n[a]\n", "x.toml");
  ASSERT_TRUE(root);
  ASSERT_EQ(root->entries.size(), 3U);
  EXPECT_EQ(root->entries[0].key, "z");
  EXPECT_EQ(root->entries[1].key, "b");
  EXPECT_EQ(root->entries[2].key, "a");
  const value* const inner = root->find("b")->find("k");
  ASSERT_NE(inner, nullptr);
  EXPECT_EQ(inner->where, (source_position{3, 5}));
  EXPECT_EQ(inner->text, "v");
  EXPECT_EQ(root->find("c"), nullptr);
}

TEST(Quoted, WordsAreShownOnOneShortLine) {
  EXPECT_EQ(in_quotes("plain"), "'plain'");
  EXPECT_EQ(in_quotes("a\nb\x1b"), "'a\\x0ab\\x1b'");
  EXPECT_EQ(in_quotes(std::string(61, 'a')), "'" + std::string(60, 'a') + "...'");
  // Never cut within a character.
  EXPECT_EQ(in_quotes(std::string(59, 'a') + "\xc3\xa4"), "'" + std::string(59, 'a') + "...'");
}

}  // namespace
}  // namespace hassle::scenario
