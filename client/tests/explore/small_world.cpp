#include "small_world.hpp"

#include <array>

namespace hassle::client::explore {

std::string_view name_of(happening what) noexcept {
  static constexpr std::array<std::string_view, happening_count> names = {"wanted",
                                                                          "timer_due",
                                                                          "token_look_due",
                                                                          "refresh_due",
                                                                          "dialled",
                                                                          "auth_ok",
                                                                          "running",
                                                                          "refreshed",
                                                                          "call_begins",
                                                                          "call_answered",
                                                                          "time_passes",
                                                                          "dial_failed",
                                                                          "dial_overloaded",
                                                                          "dial_unwelcome",
                                                                          "auth_invalid",
                                                                          "lost",
                                                                          "token_late",
                                                                          "refresh_failed",
                                                                          "refresh_refused",
                                                                          "refresh_cancelled",
                                                                          "call_failed",
                                                                          "call_cancelled",
                                                                          "call_never_returns",
                                                                          "thawed",
                                                                          "retried",
                                                                          "retried_with_token",
                                                                          "stopped"};
  return names[static_cast<std::size_t>(what)];
}

std::string_view name_of(token_state state) noexcept {
  static constexpr std::array<std::string_view, 4> names = {"idle", "refreshing", "waiting",
                                                            "refused"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace hassle::client::explore
