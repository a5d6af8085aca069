#pragma once

#include "mockha/context.hpp"
#include "mockha/json_text.hpp"
#include "mockha/services.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace hassle::mockha {

class condition;

/// One action of a script.
struct script_step {
  enum class kind : std::uint8_t { call, fire, delay, assign, check, stop };

  kind what = kind::call;
  std::string name;      ///< The service, the event's type, or why it stops.
  json::object data;     ///< Of the call or the event, or the variables; may hold templates.
  json::object target;   ///< Of the call.
  json::value length;    ///< Of the delay; may hold templates.
  std::string variable;  ///< Where the response goes, or comes from.
  std::shared_ptr<const condition> must_hold;
  bool is_error = false;  ///< Stops as a failure.
  bool continue_on_error = false;
};

/// A sequence of actions: calls of services, events, delays, variables, conditions, stop.
struct script {
  std::vector<script_step> steps;

  /// One action or a list. The error is the validation's: `Unable to determine action @ data[0]`.
  [[nodiscard]] static std::expected<script, std::string> read(const json::value& sequence);
};

/// A script on its way. Belongs to the home that started it.
struct script_run {
  std::shared_ptr<const script> what;
  std::size_t next = 0;
  context cause;
  json::object variables;
  std::string entity_id;  ///< Of the script, which is "on" so long; empty: it has none.
  bool wants_response = false;
};

/// What runs a sequence that a client sent: `data` holds `sequence` and `variables`. Not among
/// `services()`.
[[nodiscard]] const service& sequence_service();

}  // namespace hassle::mockha
