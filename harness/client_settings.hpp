#pragma once

#include "scenarios/error.hpp"
#include "scenarios/profile.hpp"

#include <hassle/client/config.hpp>

#include <expected>

namespace hassle::harness {

/// The client's configuration for a profile: its layers switched on, its settings applied. The
/// server's address and token are for the caller to fill in.
/// An unknown or invalid setting is an error at its place in the profile.
[[nodiscard]] std::expected<client::config, scenario::input_error> client_settings(
    const scenario::client_profile& profile);

}  // namespace hassle::harness
