#pragma once

#include <string>
#include <string_view>

namespace hassle::reports {

// Names and reasons come from users' files and from peers. What is no UTF-8 and every control
// character but the newline becomes '?' first, everywhere.

/// Between the tags of XML 1.0, on as many lines as it has.
[[nodiscard]] std::string xml_text(std::string_view text);
/// Within the double quotes of an attribute of XML 1.0, on one line.
[[nodiscard]] std::string xml_attribute(std::string_view text);

/// A field of RFC 4180, in quotes if it needs them; on one line.
[[nodiscard]] std::string csv_field(std::string_view text);

/// One line of GitHub's Markdown that shows just this text: no emphasis, no link, no HTML, no
/// formula, nobody mentioned, no end of a table's cell.
[[nodiscard]] std::string markdown_text(std::string_view text);
/// The same within a block of HTML, where a backslash is just one.
[[nodiscard]] std::string markdown_html(std::string_view text);
/// A fenced block of code, newlines around it included, which no line of `text` can end.
[[nodiscard]] std::string markdown_code(std::string_view text, std::string_view language);

/// What follows the second "::" of a workflow command of GitHub.
[[nodiscard]] std::string workflow_data(std::string_view text);
/// The value of a property of a workflow command, on one line.
[[nodiscard]] std::string workflow_property(std::string_view text);

}  // namespace hassle::reports
