#include <hassle/client/typed.hpp>

#include <algorithm>
#include <cmath>

namespace hassle::client {

namespace {

/// Takes texts apart from the left.
class time_reader {
 public:
  explicit time_reader(std::string_view text) : rest_(text) {}

  /// Exactly so many digits; otherwise it fails from here on.
  int number(std::size_t digits) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail();
      value = 10 * value + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  void expect(char c) {
    if (!take(c)) fail();
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Digits after the point, as microseconds; more than six are cut.
  std::int64_t micros() {
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0) return fail();
    std::int64_t value = 0;
    for (std::size_t n = 0; n < 6; ++n) value = 10 * value + (n < digits ? rest_[n] - '0' : 0);
    rest_.remove_prefix(digits);
    return value;
  }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool done() const noexcept { return !failed_ && rest_.empty(); }

 private:
  int fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::optional<wall_time> parse_time(std::string_view iso) {
  using namespace std::chrono;
  time_reader from(iso);
  const int year_number = from.number(4);
  from.expect('-');
  const int month_number = from.number(2);
  from.expect('-');
  const int day_number = from.number(2);
  from.expect('T');
  const hours hour(from.number(2));
  from.expect(':');
  const minutes minute(from.number(2));
  from.expect(':');
  const seconds second(from.number(2));
  const microseconds fraction(from.take('.') ? from.micros() : 0);
  minutes offset(0);
  if (!from.take('Z')) {
    const bool west = from.take('-');
    if (!west) from.expect('+');
    offset = hours(from.number(2));
    from.expect(':');
    offset += minutes(from.number(2));
    if (west) offset = -offset;
  }
  const year_month_day date(year(year_number), month(static_cast<unsigned>(month_number)),
                            day(static_cast<unsigned>(day_number)));
  if (!from.done() || !date.ok() || hour >= 24h || minute >= 60min || second > 60s ||
      abs(offset) > 24h) {
    return std::nullopt;
  }
  return sys_days(date) + hour + minute + second + fraction - offset;
}

wall_time time_of(double seconds) noexcept {
  constexpr double year_9999 = 253'402'300'799;
  if (!(seconds >= 0 && seconds <= year_9999)) return {};
  return wall_time(std::chrono::microseconds(std::llround(seconds * 1e6)));
}

}  // namespace hassle::client
