#include "mockha/form_body.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hassle::mockha {
namespace {

const std::string urlencoded = "application/x-www-form-urlencoded";

std::string shown(const std::expected<form_fields, std::string>& form) {
  if (!form) return "error: " + form.error();
  std::string text;
  for (const auto& f : form->all) text += "[" + f.name + "=" + f.value + "]";
  return text;
}

// As the official JavaScript client's FormData writes it.
std::string multipart(const std::vector<form_fields::field>& fields, const std::string& boundary) {
  std::string body;
  for (const auto& f : fields) {
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + f.name +
            "\"\r\n\r\n" + f.value + "\r\n";
  }
  return body + "--" + boundary + "--\r\n";
}

TEST(FormBody, UrlencodedFieldsAreDecoded) {
  EXPECT_EQ(shown(read_form(urlencoded, "grant_type=refresh_token&client_id=http%3A%2F%2Fx%2F")),
            "[grant_type=refresh_token][client_id=http://x/]");
  EXPECT_EQ(shown(read_form("Application/X-WWW-Form-Urlencoded; charset=utf-8", "a+b=c+d\r\n")),
            "[a b=c d]");
  EXPECT_EQ(shown(read_form(urlencoded, "a&b=&=c&&d==")), "[a=][b=][=c][d==]");
  EXPECT_EQ(shown(read_form(urlencoded, "a=%4&b=%zz&c=%")), "[a=%4][b=%zz][c=%]");
  EXPECT_EQ(shown(read_form(urlencoded, "")), "");
}

TEST(FormBody, MultipartFieldsAreRead) {
  EXPECT_EQ(shown(read_form(
                "multipart/form-data; boundary=----abc",
                multipart({{"grant_type", "refresh_token"}, {"x", "line\r\n--other"}}, "----abc"))),
            "[grant_type=refresh_token][x=line\r\n--other]");
}

TEST(FormBody, MultipartToleratesWhatTheStandardsAllow) {
  const std::string body =
      "preamble\r\n--b c  \r\ncontent-type: text/plain\r\n"
      "CONTENT-DISPOSITION: form-data;name=a\r\n\r\n1\r\n--b c\r\n"
      "Content-Disposition: form-data; name=\"q\\\"q\"; filename=\"f\"\r\n\r\nfile\r\n--b c\r\n"
      "Content-Disposition: form-data; x=\"; name=z\"; name=\"b\"\r\n\r\n\r\n--b c--epilogue";
  EXPECT_EQ(shown(read_form("multipart/form-data; charset=utf-8; Boundary=\"b c\"", body)),
            "[a=1][b=]");
}

TEST(FormBody, BrokenMultipartIsAnErrorThatSaysWhy) {
  const std::string type = "multipart/form-data; boundary=b";
  EXPECT_EQ(shown(read_form("multipart/form-data", "x")),
            "error: multipart/form-data without a proper boundary");
  EXPECT_EQ(shown(read_form("multipart/form-data; boundary=" + std::string(71, 'b'), "x")),
            "error: multipart/form-data without a proper boundary");
  EXPECT_EQ(shown(read_form(type, "")), "error: the boundary does not appear");
  EXPECT_EQ(shown(read_form(type, "--bx\r\n")), "error: something stands behind a boundary");
  EXPECT_EQ(shown(read_form(type, "--b")), "error: something stands behind a boundary");
  EXPECT_EQ(shown(read_form(type, "--b\r\n")), "error: the last boundary is missing");
  EXPECT_EQ(shown(read_form(type, "--b\r\nx\r\n--b--")), "error: a part has no end of its headers");
  EXPECT_EQ(shown(read_form(type, "--b\r\n\r\nx\r\n--b--")), "error: a part is no form-data");
  EXPECT_EQ(shown(read_form(type, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--")),
            "error: a part has no name");
}

TEST(FormBody, OtherContentTypesHaveNoFields) {
  EXPECT_EQ(shown(read_form("application/json", R"({"a":1})")), "");
  EXPECT_EQ(shown(read_form("", "a=1")), "");
}

TEST(FormBody, WhatIsTooLargeIsRefused) {
  form_limits few;
  few.fields_max = 2;
  few.name_bytes_max = 3;
  few.value_bytes_max = 4;
  few.part_header_bytes_max = 50;
  EXPECT_EQ(shown(read_form(urlencoded, "abc=1234&b=", few)), "[abc=1234][b=]");
  EXPECT_EQ(shown(read_form(urlencoded, "a&b&c", few)), "error: too many fields");
  EXPECT_EQ(shown(read_form(urlencoded, "abcd", few)), "error: the name of a field is too long");
  EXPECT_EQ(shown(read_form(urlencoded, "a=12345", few)),
            "error: the value of a field is too long");
  const std::string type = "multipart/form-data; boundary=b";
  EXPECT_EQ(shown(read_form(type, multipart({{"a", ""}, {"b", ""}, {"c", ""}}, "b"), few)),
            "error: too many fields");
  EXPECT_EQ(shown(read_form(type, multipart({{"a", "12345"}}, "b"), few)),
            "error: the value of a field is too long");
  EXPECT_EQ(shown(read_form(type, multipart({{"a\"; x=\"1234567890", ""}}, "b"), few)),
            "error: the headers of a part are too long");
}

std::string escaped(const std::string& text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

RC_GTEST_PROP(FormBodyProperties, WhateverIsEscapedComesBack,
              (std::string name, std::string value)) {
  const auto form = read_form(urlencoded, escaped(name) + "=" + escaped(value));
  RC_ASSERT(form.has_value());
  RC_ASSERT(form->all.size() == 1U);
  RC_ASSERT(form->all[0].name == name);
  RC_ASSERT(form->all[0].value == value);
}

RC_GTEST_PROP(FormBodyProperties, WhateverIsInAPartComesBack, (std::string value)) {
  RC_PRE(value.find("\r\n--boundary") == std::string::npos);
  const auto form =
      read_form("multipart/form-data; boundary=boundary", multipart({{"n", value}}, "boundary"));
  RC_ASSERT(form.has_value());
  RC_ASSERT(*form->find("n") == value);
}

// Cuts and edits of what is well-formed come nearer to the corners than rubbish does.
RC_GTEST_PROP(FormBodyProperties, HostileBodiesAreReadOrRefused, (std::string junk)) {
  std::string body = multipart({{"a", "1"}, {"b", "2"}}, "b");
  const auto from = *rc::gen::inRange<std::size_t>(0, body.size());
  const auto size = *rc::gen::inRange<std::size_t>(0, body.size());
  body.replace(from, size, junk);
  const auto form = read_form("multipart/form-data; boundary=b", body);
  RC_ASSERT(!form || form->all.size() <= form_limits{}.fields_max);
  (void)read_form("multipart/form-data; " + junk, body);
  (void)read_form(urlencoded, junk);
}

}  // namespace
}  // namespace hassle::mockha
