#pragma once

#include <boost/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hassle::reports {

/// What is wrong in a document, with its place: "cells[2].seeds: is missing". Thrown while one is
/// read and caught where the file's name is known.
class wrong_json : public std::runtime_error {
 public:
  wrong_json(std::string_view path, std::string_view message);
};

/// A value of a document and where it stands in it. All that is asked of it and is not so is thrown
/// as `wrong_json`. The document must outlive it.
class json_node {
 public:
  /// `path` is empty for the document itself.
  explicit json_node(const boost::json::value& value, std::string path = {});

  [[nodiscard]] const boost::json::value& value() const { return *value_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_null() const { return value_->is_null(); }

  [[nodiscard]] const boost::json::object& object() const;
  [[nodiscard]] const boost::json::array& array() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] double number() const;
  template <std::integral Integer>
  [[nodiscard]] Integer integer() const {
    boost::system::error_code failed;
    const auto number = value_->to_number<Integer>(failed);
    if (failed) wrong("is not a whole number, or one that is too large or too small");
    return number;
  }

  [[nodiscard]] json_node at(std::string_view key) const;
  [[nodiscard]] json_node at(std::size_t index) const;
  [[noreturn]] void wrong(std::string_view message) const;

 private:
  const boost::json::value* value_;
  std::string path_;
};

}  // namespace hassle::reports
