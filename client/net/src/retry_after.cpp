#include <hassle/net/http.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <system_error>

namespace hassle::net {

namespace {

using std::chrono::sys_seconds;

constexpr duration most = std::chrono::hours(24 * 365);

/// Reads a date from its front. Everything is optional to have, nothing to be wrong.
class reader {
 public:
  explicit reader(std::string_view text) : rest_(text) {}

  bool literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  /// Exactly so many digits; with `padded` the first may be a space.
  std::optional<int> number(std::size_t digits, bool padded = false) {
    if (rest_.size() < digits) return std::nullopt;
    std::string_view text = rest_.substr(0, digits);
    rest_.remove_prefix(digits);
    if (padded && text.starts_with(' ')) text.remove_prefix(1);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc() && end == text.data() + text.size() && value >= 0;
    return good ? std::optional(value) : std::nullopt;
  }
  std::optional<unsigned> month() {
    static constexpr std::array<std::string_view, 12> names{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto* const found = std::ranges::find(names, rest_.substr(0, 3));
    if (found == names.end()) return std::nullopt;
    rest_.remove_prefix(3);
    return static_cast<unsigned>(found - names.begin()) + 1;
  }
  /// "08:49:37"
  std::optional<std::chrono::seconds> time_of_day() {
    const auto hour = number(2);
    const bool first = literal(":");
    const auto minute = number(2);
    const bool second = literal(":");
    const auto seconds = number(2);
    if (!hour || !minute || !seconds || !first || !second) return std::nullopt;
    if (*hour > 23 || *minute > 59 || *seconds > 60) return std::nullopt;  // 60: a leap second.
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*seconds);
  }
  void skip_word() {
    const auto* const end = std::ranges::find_if(rest_, [](char c) { return c < 'A' || c > 'z'; });
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<sys_seconds> instant(std::optional<int> year, std::optional<unsigned> month,
                                   std::optional<int> day,
                                   std::optional<std::chrono::seconds> time) {
  if (!year || !month || !day || !time) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + *time;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"; RFC 9110 §5.6.7.
std::optional<sys_seconds> with_comma(std::string_view text, char between, bool short_year) {
  const std::string_view gap(&between, 1);
  reader from(text);
  from.skip_word();
  bool good = from.literal(", ");
  const auto day = from.number(2);
  good = from.literal(gap) && good;
  const auto month = from.month();
  good = from.literal(gap) && good;
  auto year = from.number(short_year ? 2 : 4);
  good = from.literal(" ") && good;
  const auto time = from.time_of_day();
  good = from.literal(" GMT") && from.done() && good;
  // Two digits: this century; a date of the last one has passed, and so has a wait.
  if (year && short_year) *year += 2000;
  return good ? instant(year, month, day, time) : std::nullopt;
}

/// "Sun Nov  6 08:49:37 1994"
std::optional<sys_seconds> of_asctime(std::string_view text) {
  reader from(text);
  from.skip_word();
  bool good = from.literal(" ");
  const auto month = from.month();
  good = from.literal(" ") && good;
  const auto day = from.number(2, true);
  good = from.literal(" ") && good;
  const auto time = from.time_of_day();
  good = from.literal(" ") && good;
  const auto year = from.number(4);
  good = from.done() && good;
  return good ? instant(year, month, day, time) : std::nullopt;
}

std::optional<sys_seconds> date_of(std::string_view text) {
  if (const auto usual = with_comma(text, ' ', false)) return usual;
  if (const auto old = with_comma(text, '-', true)) return old;
  return of_asctime(text);
}

}  // namespace

std::optional<duration> retry_after_of(std::string_view value,
                                       std::chrono::system_clock::time_point wall_now) {
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (value.ends_with(' ')) value.remove_suffix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!value.empty() && std::ranges::all_of(value, is_digit)) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    const auto limit = std::chrono::duration_cast<std::chrono::seconds>(most).count();
    return error == std::errc() && seconds < limit ? std::chrono::seconds(seconds) : most;
  }
  const auto date = date_of(value);
  if (!date) return std::nullopt;
  const auto now = std::chrono::floor<std::chrono::seconds>(wall_now);
  const auto left = std::clamp(*date - now, std::chrono::seconds(0),
                               std::chrono::duration_cast<std::chrono::seconds>(most));
  return left;
}

}  // namespace hassle::net
