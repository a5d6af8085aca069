#pragma once

#include "mockha/services.hpp"
#include "mockha/wording.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// A key that a command takes besides `id` and `type`.
struct command_field {
  enum class kind : std::uint8_t {
    text,
    boolean,
    dictionary,
    index,  ///< Integer >= 0.
    features,
    target,
    entity_ids,
    any,
    integer,
    number,
    texts,   ///< One string or a list of them.
    filter,  ///< `{"domains":[],"entity_globs":[],"entities":[]}`, each optional.
  };

  std::string_view name;
  kind type;
  bool required = false;
};

/// What Home Assistant's validation says against this command: one problem a line, sorted; empty if
/// there is none.
[[nodiscard]] std::string command_violations(const json::object& command,
                                             std::span<const command_field> fields,
                                             wording how = wording::classic);

/// What it says against a first message that is no proper `auth`; empty if there is nothing.
[[nodiscard]] std::string auth_violations(const json::value& message,
                                          wording how = wording::classic);

/// Entity ids as Home Assistant accepts them: one string, possibly with commas, or a list.
/// Lower-cased, without duplicates. False if it is neither.
[[nodiscard]] bool read_entity_ids(const json::value& from, std::vector<std::string>& into);

/// Reads a call_service command whose form was found good; `target` goes over `service_data`.
/// The error is the validation text about entities in `service_data`.
[[nodiscard]] std::expected<service_call, std::string> read_service_call(
    const json::object& command, wording how = wording::classic);

}  // namespace hassle::mockha
