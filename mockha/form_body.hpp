#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// Limits of what a form may hold. All > 0.
struct form_limits {
  std::size_t fields_max = 64;
  std::size_t name_bytes_max = 256;
  std::size_t value_bytes_max = 64U << 10U;
  std::size_t part_header_bytes_max = 4096;  ///< Of one part of multipart/form-data.
};

/// The fields of a form, in the order in which they were sent. Values are bytes: nobody has looked
/// whether they are UTF-8.
struct form_fields {
  struct field {
    std::string name;
    std::string value;
  };
  std::vector<field> all;

  /// The first value of this name; null if there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
};

/// Reads a body of application/x-www-form-urlencoded or multipart/form-data (RFC 7578); with
/// another content type a form has no fields. Files are left out. The error says what is wrong.
/// A pure function; takes time and memory in proportion to the body.
[[nodiscard]] std::expected<form_fields, std::string> read_form(std::string_view content_type,
                                                                std::string_view body,
                                                                const form_limits& limits = {});

/// Decodes %41 and, where `plus_is_space`, '+'. What is no valid escape stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text, bool plus_is_space);

/// Reads `a=1&b` as query strings and forms write it.
[[nodiscard]] std::expected<form_fields, std::string> read_urlencoded(
    std::string_view text, const form_limits& limits = {});

}  // namespace hassle::mockha
