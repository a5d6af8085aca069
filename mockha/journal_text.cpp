#include "mockha/journal_text.hpp"

#include "reports/journal_file.hpp"

#include <fmt/format.h>

#include <iterator>

namespace hassle::mockha {

journal_text::journal_text(const journal_feed& feed, const journal_wish& wish)
    : feed_(feed), number_(wish.from), events_(wish.events) {}

std::string journal_text::next(std::size_t bytes) {
  std::string text;
  if (behind()) {
    fmt::format_to(std::back_inserter(text), "{}{{\"missed\":{{\"from\":{},\"to\":{}}}}}{}",
                   events_ ? "event: missed\ndata: " : "", number_, feed_.first() - 1,
                   events_ ? "\n\n" : "\n");
    number_ = feed_.first();
  }
  std::string line;
  while (!done() && text.size() < bytes) {
    line.clear();
    reports::append_journal_event(line, feed_.at(number_));
    auto end = std::back_inserter(text);
    if (events_) fmt::format_to(end, "id: {}\ndata: ", number_);
    // The line is an object, and ends with its line end.
    fmt::format_to(end, "{{\"i\":{},{}", number_, std::string_view(line).substr(1));
    if (events_) text += '\n';
    ++number_;
  }
  return text;
}

}  // namespace hassle::mockha
