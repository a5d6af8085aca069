#pragma once

#include "layers/layer.hpp"

#include <memory>

namespace hassle::client {

/// Puts the layers that the settings switch on around each other.
[[nodiscard]] std::unique_ptr<layer> make_pipeline(context& shared);

}  // namespace hassle::client
