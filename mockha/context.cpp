#include "mockha/context.hpp"

#include "mockha/json_text.hpp"

#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t time_digits = 10;
constexpr std::size_t random_digits = 16;

void append_or_null(std::string& to, std::string_view text) {
  if (text.empty()) {
    to += "null";
  } else {
    append_string(to, text);
  }
}

// The last `digits` base-32 digits of a number, most significant first.
void append_base32(std::string& to, std::uint64_t number, std::size_t digits) {
  for (std::size_t n = digits; n-- > 0;) to += crockford[(number >> (5 * n)) & 31U];
}

}  // namespace

void append_context(std::string& to, const context& of) {
  to += R"({"id":)";
  append_string(to, of.id);
  to += R"(,"parent_id":)";
  append_or_null(to, of.parent_id);
  to += R"(,"user_id":)";
  append_or_null(to, of.user_id);
  to += '}';
}

context context_source::make(wall_time now, std::string user_id) {
  const auto milliseconds =
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  context made;
  made.id.reserve(time_digits + random_digits);
  append_base32(made.id, static_cast<std::uint64_t>(milliseconds), time_digits);
  append_base32(made.id, random_(), random_digits / 2);
  append_base32(made.id, random_(), random_digits / 2);
  made.user_id = std::move(user_id);
  return made;
}

}  // namespace hassle::mockha
