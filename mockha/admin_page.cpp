#include "mockha/admin_page.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace hassle::mockha {

namespace {

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  return "text/javascript; charset=utf-8";
}

std::vector<page_file> all_files() {
  constexpr std::string_view folder = "mockha";
  std::vector<page_file> files;
  for (const auto& each : embedded_pages()) {
    const bool is_start = each.path.ends_with("/index.html");
    files.push_back({.path = is_start ? "/" : each.path.substr(folder.size()),
                     .type = type_of(each.path),
                     .text = each.text});
  }
  return files;
}

}  // namespace

const page_file* find_page(std::string_view target) {
  static const std::vector<page_file> files = all_files();
  const std::string_view path = target.substr(0, target.find('?'));
  const auto found = std::ranges::find(files, path, &page_file::path);
  return found == files.end() ? nullptr : &*found;
}

net::http_response page_response(const page_file& file) {
  net::http_response answer;
  answer.headers.push_back({"Content-Type", std::string(file.type)});
  answer.body = file.text;
  return answer;
}

void add_page_headers(net::http_response& answer) {
  constexpr std::array headers = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "
       "data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  });
  for (const auto& [name, value] : headers) {
    answer.headers.push_back({std::string(name), std::string(value)});
  }
  const bool says = std::ranges::any_of(
      answer.headers, [](const net::http_header& h) { return h.name == "Cache-Control"; });
  if (!says) answer.headers.push_back({"Cache-Control", "no-store"});
}

}  // namespace hassle::mockha
