#include "broken_clients.hpp"

#include "scenarios/library.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/state_mirror.hpp>
#include <hassle/client/subscription.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace hassle::harness::explore {

namespace {

namespace json = boost::json;

/// A mirror that is told what another one hears, and never forgets but when it is told of a
/// removal.
class merging_mirror final : public client::mirror_listener {
 public:
  merging_mirror() {
    // One snapshot, for good: what comes behind it is added.
    merged_.on_subscribed();
    merged_.apply(json::object{{"a", json::object()}}, nullptr);
  }

  void listen_to(client::resilient_client& made) {
    original_ = made.mirror();
    made.on_mirror(this);
  }

  void on_changes(const std::vector<client::mirror_change>& changes, bool snapshot) override {
    using kind = client::mirror_change::kind;
    json::object states;
    for (const auto& [id, state] : original_->all()) {
      states[id] = json::object{{"s", state.state},
                                {"a", state.attributes},
                                {"c", state.context_id},
                                {"lc", state.last_changed},
                                {"lu", state.last_updated}};
    }
    json::array removed;
    for (const client::mirror_change& each : changes) {
      if (each.what == kind::removed && !snapshot) removed.emplace_back(each.entity_id);
    }
    merged_.apply(json::object{{"a", std::move(states)}, {"r", std::move(removed)}}, nullptr);
  }

  /// Null while the original is not live.
  [[nodiscard]] const client::state_mirror* merged() const {
    return original_ != nullptr && original_->live() ? &merged_ : nullptr;
  }

 private:
  client::state_mirror merged_{client::mirror_config{}};
  const client::state_mirror* original_ = nullptr;
};

}  // namespace

subject production() { return subject_of(scenario::find_profile("production").value()).value(); }

subject without_correlation() {
  subject broken = production();
  broken.settings.correlation.reset();
  return broken;
}

subject with_blind_resend() {
  subject broken = production();
  // By its own table a toggle is never sent again; told that it may be, it does.
  broken.settings.idempotency->rules = {{.service = "light.toggle", .idempotent = true},
                                        {.service = "switch.toggle", .idempotent = true}};
  return broken;
}

subject with_merging_mirror() {
  subject broken = production();
  broken.run = [](const scenario::scenario& what, const scenario::plan& plan, const subject& whom,
                  const std::atomic<bool>* interrupted) {
    merging_mirror mirror;
    return simulate(
        what, plan, whom.settings, whom.name, interrupted,
        {.on_boot = [&mirror](client::resilient_client& made) { mirror.listen_to(made); },
         .mirror = [&mirror] { return mirror.merged(); }});
  };
  return broken;
}

}  // namespace hassle::harness::explore
