#include "mockha/context.hpp"

#include <array>
#include <span>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t time_digits = 10;
constexpr std::size_t random_digits = 16;

// Ids are digits and letters, which need no escape.
void append_or_null(std::string& to, std::string_view text) {
  if (text.empty()) {
    to += "null";
  } else {
    to += '"';
    to += text;
    to += '"';
  }
}

// The last base-32 digits of a number, most significant first.
void write_base32(std::span<char> to, std::uint64_t number) {
  for (std::size_t n = to.size(); n-- > 0; number >>= 5U) to[n] = crockford[number & 31U];
}

}  // namespace

void append_context(std::string& to, const context& of) {
  to += R"({"id":")";
  to += of.id;
  to += R"(","parent_id":)";
  append_or_null(to, of.parent_id);
  to += R"(,"user_id":)";
  append_or_null(to, of.user_id);
  to += '}';
}

context context_source::make(wall_time now, std::string user_id) {
  const auto milliseconds =
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  std::array<char, time_digits + random_digits> id{};
  const std::span<char> random = std::span(id).subspan(time_digits);
  write_base32(std::span(id).first(time_digits), static_cast<std::uint64_t>(milliseconds));
  write_base32(random.first(random_digits / 2), random_());
  write_base32(random.last(random_digits / 2), random_());
  context made;
  made.id.assign(id.data(), id.size());
  made.user_id = std::move(user_id);
  return made;
}

}  // namespace hassle::mockha
