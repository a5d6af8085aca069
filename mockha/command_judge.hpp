#pragma once

#include "mockha/services.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hassle::mockha {

/// What a fault makes of a command before it runs.
struct run_it {};
struct swallow_it {};  ///< Neither executed nor answered.
struct fail_it {       ///< Not executed, answered with this.
  failure why;
};
using command_verdict = std::variant<run_it, swallow_it, fail_it>;

/// The faults in force, as far as sessions ask them.
class command_judge {
 public:
  /// `what` is the command as journals call it: "ping", "call_service light.turn_on light.desk"
  /// without "call_service " (see `describe`); `type` its type. `connection` is the journal's
  /// number.
  [[nodiscard]] virtual command_verdict judge(std::uint32_t connection, std::uint64_t id,
                                              std::string_view type, std::string_view what) = 0;
  /// A login with a good token; the message of auth_invalid, if it is to be refused all the same.
  [[nodiscard]] virtual std::optional<std::string> judge_login(std::uint32_t /*connection*/) {
    return std::nullopt;
  }

 protected:
  ~command_judge() = default;
};

}  // namespace hassle::mockha
