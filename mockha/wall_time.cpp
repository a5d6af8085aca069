#include "mockha/wall_time.hpp"

#include <fmt/format.h>

#include <iterator>

namespace hassle::mockha {

namespace chrono = std::chrono;

void append_iso(std::string& to, wall_time at) {
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(at - day);
  fmt::format_to(std::back_inserter(to), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                 time.seconds().count());
  if (time.subseconds().count() != 0) {
    fmt::format_to(std::back_inserter(to), ".{:06}", time.subseconds().count());
  }
  to += "+00:00";
}

void append_epoch(std::string& to, wall_time at) {
  const auto whole = chrono::floor<chrono::seconds>(at);
  fmt::format_to(std::back_inserter(to), "{}.{:06}", whole.time_since_epoch().count(),
                 (at - whole).count());
  // Python writes the shortest float: no zeros at the end, but always one digit.
  while (to.back() == '0' && to[to.size() - 2] != '.') to.pop_back();
}

std::string iso_text(wall_time at) {
  std::string text;
  append_iso(text, at);
  return text;
}

}  // namespace hassle::mockha
