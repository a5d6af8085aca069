#include "reports/escaping.hpp"

#include <gtest/gtest.h>

namespace hassle::reports {
namespace {

TEST(Escaping, XmlHasNoEndOfASectionAndOnlyCharactersOfXml) {
  EXPECT_EQ(xml_text("a]]>b & <c> \"d\""), "a]]&gt;b &amp; &lt;c&gt; &quot;d&quot;");
  EXPECT_EQ(xml_text("\x01\x1b\x7f\r\t"), "?????");
  EXPECT_EQ(xml_text("\xff\xc2\x85"), "??");
  EXPECT_EQ(xml_text("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd"), "??\xef\xbf\xbd");
  EXPECT_EQ(xml_text("ä\n€"), "ä\n€");
  EXPECT_EQ(xml_attribute("a\nb"), "a?b");
}

TEST(Escaping, ACsvFieldIsInQuotesOnlyIfItMustBe) {
  EXPECT_EQ(csv_field("lee-day"), "lee-day");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("two\r\nlines"), "two??lines");
}

TEST(Escaping, MarkdownShowsJustTheText) {
  EXPECT_EQ(markdown_text("a|b"), "a\\|b");
  EXPECT_EQ(markdown_text("*_`[x](y)"), "\\*\\_\\`\\[x\\](y)");
  EXPECT_EQ(markdown_text("</details>&@team $x$"), "&#60;/details&#62;&#38;&#64;team &#36;x&#36;");
  EXPECT_EQ(markdown_text("two\nlines"), "two?lines");
}

TEST(Escaping, HtmlWithinMarkdownHasNoBackslashes) {
  EXPECT_EQ(markdown_html("a_b|</summary>&@u\n"), "a_b|&#60;/summary&#62;&#38;&#64;u?");
}

TEST(Escaping, NoLineOfABlockOfCodeEndsIt) {
  EXPECT_EQ(markdown_code("a", "sh"), "\n```sh\na\n```\n");
  EXPECT_EQ(markdown_code("a\n````\nb", "sh"), "\n`````sh\na\n````\nb\n`````\n");
}

TEST(Escaping, AWorkflowCommandIsOneLineWithTheTextThatItHad) {
  EXPECT_EQ(workflow_data("50%\n::x"), "50%25%0A::x");
  EXPECT_EQ(workflow_data("a\rb"), "a?b");
  EXPECT_EQ(workflow_property("a:b,c%\nd"), "a%3Ab%2Cc%25?d");
}

}  // namespace
}  // namespace hassle::reports
