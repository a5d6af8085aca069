// Nothing but data: what known clients are set to.
#include "harness/cli/lint_presets.hpp"

#include <array>

namespace hassle::harness::cli {

namespace {

constexpr std::array<lint_preset, 4> presets = {{
    {"lee", "the project behind the field report",
     R"(# Its reads from the socket have a limit of 10 s, authentication included.
style = "lee"
layers = ["reconnect", "health", "breaker", "degradation", "pool", "deadline"]
[deadline]
auth_limit = "10s"
)"},
    {"lee-listings", "the field report's listings, as the ladder runs them",
     R"(# They limit connecting, but not the authentication that follows.
style = "lee"
layers = ["reconnect", "health", "breaker", "degradation", "pool"]
)"},
    {"official-js", "home-assistant-js-websocket 9.7, with its defaults",
     R"(# It waits 0, 1, 2, 3, 4, 5, 5 s ...; opening the socket has a limit of 10 s, authentication and
# answers have none, and it sends no pings by itself.
layers = ["reconnect", "correlation"]
[reconnect]
connect_limit = "10s"
backoff_base = "1s"
backoff_cap = "5s"
answer_limit = "none"
)"},
    {"production", "this client, with the defaults of all its layers", ""},
}};

}  // namespace

std::span<const lint_preset> lint_presets() noexcept { return presets; }

}  // namespace hassle::harness::cli
