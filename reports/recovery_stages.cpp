#include "reports/recovery_stages.hpp"

namespace hassle::reports {
namespace {

constexpr auto descriptions = std::to_array<recovery_stage_description>({
    {"asleep", "asleep", "the host stood still, or no process was up though a command waited"},
    {"detect", "detect", "the connection was gone, and the client had not given it up"},
    {"back_off", "back off", "no connection, and none was tried"},
    {"resolve", "resolve", "the server's name was looked up"},
    {"tcp", "TCP", "TCP was connecting, through a proxy if there is one"},
    {"tls", "TLS", "the TLS handshake"},
    {"upgrade", "upgrade", "the HTTP upgrade to WebSocket"},
    {"auth", "auth", "authentication"},
    {"running", "running", "authenticated, but Home Assistant was not RUNNING yet"},
    {"resubscribe", "resubscribe", "subscriptions were made again"},
    {"resync", "resync", "the mirror's snapshot was on its way"},
    {"command", "no command", "connected, but nobody asked for anything"},
    {"answer", "answer", "a command was under way"},
});
static_assert(descriptions.size() == recovery_stage_count);

}  // namespace

std::span<const recovery_stage_description> recovery_stages() { return descriptions; }

}  // namespace hassle::reports
