#pragma once

#include "client/net/tests/manual_world.hpp"
#include "client/src/engine/mirror.hpp"
#include "client/src/engine/subscriber.hpp"
#include "recording_listener.hpp"
#include "scripted_channel.hpp"

#include <hassle/client/state_mirror.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hassle::client {

/// A mirror and the connections under it; the test plays Home Assistant.
struct mirror_world {
  explicit mirror_world(mirror_config like = {})
      : settings{.reconnect = reconnect_config{}, .mirror = std::move(like)} {}

  std::shared_ptr<scripted_channel> connect(bool running = true) {
    auto channel = std::make_shared<scripted_channel>(++connections, clock);
    subscriptions.on_session_ready(channel, running);
    return channel;
  }
  void lose(const std::shared_ptr<scripted_channel>& channel) {
    subscriptions.on_session_lost(channel);
  }
  void advance(duration by) {
    world.advance(by);
    clock = world.time().now();
  }

  net::manual_world world;
  config settings;
  recording_observer observed;
  engine_context shared{.world = world, .settings = settings, .telemetry = &observed};
  net::time_point clock = world.time().now();
  std::uint32_t connections = 0;
  subscriber subscriptions{shared};
  mirror states{shared, subscriptions};
};

/// Keeps what a mirror tells as words: "+light.a", "light.a on>off", "-light.a", "snapshot 3".
class recording_mirror_listener final : public mirror_listener {
 public:
  void on_changes(const std::vector<mirror_change>& changes, bool snapshot) override {
    if (snapshot) words.push_back(fmt::format("snapshot {}", changes.size()));
    for (const mirror_change& each : changes) {
      const std::string mark = each.while_starting ? "?" : "";
      switch (each.what) {
        case mirror_change::kind::added:
          words.push_back(mark + "+" + each.entity_id);
          break;
        case mirror_change::kind::changed:
          words.push_back(mark + each.entity_id + " " + each.from + ">" + each.to);
          break;
        case mirror_change::kind::removed:
          words.push_back(mark + "-" + each.entity_id);
          break;
      }
    }
  }
  void on_stale() override { words.emplace_back("stale"); }
  std::vector<std::string> take() { return std::exchange(words, {}); }

  std::vector<std::string> words;
};

}  // namespace hassle::client
