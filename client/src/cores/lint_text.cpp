// The linter's result as text.
#include <hassle/client/lint.hpp>

#include <fmt/format.h>

#include <cassert>

namespace hassle::client {

namespace {

std::string text_of(duration value) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(value).count();
  if (count % 1'000 != 0) return fmt::format("{:.3f} s", static_cast<double>(count) / 1'000);
  const auto seconds = count / 1'000;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds % 60 == 0) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::string verdict_of(const recovery_bound& of) {
  const recovery_term& worst = of.terms[of.dominating];
  if (of.total) {
    return fmt::format("recovers within {}, most of it {}: {} ({})", text_of(*of.total),
                       name_of(worst.stage), text_of(*worst.at_most), worst.setting);
  }
  std::string text = "no finite bound:\n";
  for (const recovery_term& each : of.terms) {
    if (!each.at_most) text += fmt::format("  - {}: {}\n", name_of(each.stage), each.why);
  }
  if (!of.largest) return text + "nothing else is bounded either";
  const recovery_term& largest = of.terms[*of.largest];
  return text + fmt::format("the rest takes up to {}, most of it {}: {} ({})", text_of(of.bounded),
                            name_of(largest.stage), text_of(*largest.at_most), largest.setting);
}

}  // namespace

std::string_view name_of(recovery_stage stage) noexcept {
  switch (stage) {
    case recovery_stage::detect:
      return "detect";
    case recovery_stage::attempt:
      return "attempt under way";
    case recovery_stage::backoff:
      return "back off";
    case recovery_stage::token:
      return "token";
    case recovery_stage::resolve:
      return "resolve";
    case recovery_stage::tcp:
      return "TCP";
    case recovery_stage::proxy:
      return "proxy";
    case recovery_stage::tls:
      return "TLS";
    case recovery_stage::upgrade:
      return "upgrade";
    case recovery_stage::auth:
      return "auth";
    case recovery_stage::wait_for_running:
      return "wait for RUNNING";
    case recovery_stage::resubscribe:
      return "resubscribe";
    case recovery_stage::breaker:
      return "breaker";
    case recovery_stage::first_answer:
      return "first answer";
  }
  assert(false);
  return "";
}

std::string to_text(const recovery_bound& of) {
  assert(!of.terms.empty());
  std::string text = "Worst-case recovery after a fault, by the settings\n";
  for (const recovery_term& each : of.terms) {
    text += fmt::format("  {:<18}{:>14}  {}; {}\n", name_of(each.stage),
                        each.at_most ? text_of(*each.at_most) : "no bound", each.setting, each.why);
  }
  text += verdict_of(of) + "\n";
  for (const std::string& each : of.notes) text += fmt::format("note: {}\n", each);
  return text;
}

}  // namespace hassle::client
