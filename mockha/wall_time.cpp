#include "mockha/wall_time.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace hassle::mockha {

namespace chrono = std::chrono;

namespace {

// Times are a good part of what a server says: each of their parts has a fixed width, and to write
// that is all there is to do.
template <std::size_t Digits>
char* put_digits(char* to, std::uint64_t number) {
  for (std::size_t n = Digits; n > 0; --n) {
    to[n - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return to + Digits;
}

}  // namespace

void append_iso(std::string& to, wall_time at) {
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(at - day);
  std::array<char, sizeof "YYYY-MM-DDThh:mm:ss.ffffff+00:00"> text;
  char* end = text.data();
  const auto put = [&](auto part, char behind) {
    end = put_digits<2>(end, static_cast<std::uint64_t>(part));
    *end++ = behind;
  };
  end = put_digits<4>(end, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  *end++ = '-';
  put(static_cast<unsigned>(date.month()), '-');
  put(static_cast<unsigned>(date.day()), 'T');
  put(time.hours().count(), ':');
  put(time.minutes().count(), ':');
  put(time.seconds().count(), '.');
  if (time.subseconds().count() != 0) {
    end = put_digits<6>(end, static_cast<std::uint64_t>(time.subseconds().count()));
  } else {
    --end;
  }
  to.append(text.data(), end);
  to += "+00:00";
}

void append_epoch(std::string& to, wall_time at) {
  const auto whole = chrono::floor<chrono::seconds>(at);
  std::array<char, sizeof "-9223372036854775808.ffffff"> text;
  char* end = std::to_chars(text.begin(), text.end(), whole.time_since_epoch().count()).ptr;
  *end++ = '.';
  end = put_digits<6>(end, static_cast<std::uint64_t>((at - whole).count()));
  // Python writes the shortest float: no zeros at the end, but always one digit.
  while (end[-1] == '0' && end[-2] != '.') --end;
  to.append(text.data(), end);
}

std::string iso_text(wall_time at) {
  std::string text;
  append_iso(text, at);
  return text;
}

}  // namespace hassle::mockha
