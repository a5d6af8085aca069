#pragma once

#include <hassle/net/http.hpp>

#include <span>
#include <string_view>

namespace hassle::mockha {

/// A file of the web page, built into the program.
struct page_file {
  std::string_view path;  ///< "/" or "/page/NAME"
  std::string_view type;
  std::string_view text;
};

/// The file behind a request's target, or null. They hold no secrets.
[[nodiscard]] const page_file* find_page(std::string_view target);

[[nodiscard]] net::http_response page_response(const page_file& file);

/// What keeps a browser from doing more with an answer than it should. Of every answer.
void add_page_headers(net::http_response& answer);

/// As they were built in: generated from mockha/page. Names are those of the files.
struct embedded_page_file {
  std::string_view path;
  std::string_view text;
};
[[nodiscard]] std::span<const embedded_page_file> embedded_pages();

}  // namespace hassle::mockha
