#pragma once

#include "harness/proxy/proxy_board.hpp"

#include <hassle/net/http.hpp>

namespace hassle::harness {

/// Toxiproxy 2.5's HTTP API on a board: a request comes in, an answer goes out. Errors have the
/// body `{"error":…,"status":…}`. Whoever asks has been let in already.
[[nodiscard]] net::http_response answer_control(proxy_board& board,
                                                const net::http_request& request);

}  // namespace hassle::harness
