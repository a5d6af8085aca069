#pragma once

#include "reports/analysis.hpp"
#include "reports/journal.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace hassle::reports::tests {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

inline constexpr std::string_view toggle = "light.toggle light.kitchen";
inline constexpr std::string_view turn_on = "light.turn_on light.kitchen";
inline constexpr std::string_view read = "get_states";

/// Writes a journal by hand, in the words of the domain. Every call records at the current time.
class recorder {
 public:
  recorder& at(nanoseconds t);     ///< Jumps to an instant.
  recorder& after(nanoseconds d);  ///< Moves on.
  recorder& note(event_kind kind, std::uint32_t connection = 0, std::uint32_t command = 0,
                 std::int64_t value = 0, std::string_view text = {});

  recorder& started(std::int64_t generation = 1);
  recorder& stopped(std::string_view why, std::int64_t generation = 1);
  recorder& attempt(std::int64_t number = 1);
  recorder& failed(std::string_view why, std::int64_t number = 1, std::uint32_t c = 0);
  recorder& ready(std::uint32_t c);  ///< With everything that comes before, in 30 ms.
  recorder& closed(std::uint32_t c, std::string_view why);
  recorder& cut(std::uint32_t c, std::string_view why);
  recorder& server_closed(std::uint32_t c, std::string_view why);

  recorder& issue(std::uint32_t n, std::string_view what, nanoseconds limit = 30s);
  recorder& send(std::uint32_t c, std::uint32_t n, std::int64_t id);
  recorder& receive(std::uint32_t c, std::int64_t id, std::string_view what);
  recorder& execute(std::uint32_t c, std::int64_t id, std::string_view what);
  recorder& answer(std::uint32_t c, std::int64_t id, std::string_view how = "ok");
  recorder& take(std::uint32_t c, std::uint32_t n, std::int64_t id, std::string_view how = "ok");
  recorder& done(std::uint32_t n, std::string_view outcome, nanoseconds age = 0ns);
  /// A command that works: sent, executed, answered in 40 ms.
  recorder& succeed(std::uint32_t n, std::uint32_t c, std::int64_t id,
                    std::string_view what = turn_on);
  /// A command that ends at once.
  recorder& fail(std::uint32_t n, std::string_view outcome, std::string_view what = turn_on);

  recorder& phase(std::string_view name);
  recorder& begin(std::string_view fault, std::int64_t occurrence = 1);
  recorder& hit(std::string_view fault, std::uint32_t c, std::uint32_t n = 0,
                std::int64_t occurrence = 1);
  recorder& end(std::string_view fault, std::int64_t occurrence = 1);

  [[nodiscard]] const journal& written() const { return journal_; }

 private:
  nanoseconds now_{};
  journal journal_;
};

/// A run of ten minutes, healed after eight.
[[nodiscard]] run_context a_run();

/// Compares with tests/golden/<name>; with UPDATE_GOLDEN=1 in the environment, writes it instead.
void expect_golden(std::string_view name, const std::string& text);

}  // namespace hassle::reports::tests
