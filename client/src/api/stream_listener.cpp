#include "stream_listener.hpp"

#include <hassle/client/state_mirror.hpp>

#include <utility>

namespace hassle::client {

namespace {

class events_listener : public subscription_listener {
 public:
  explicit events_listener(std::shared_ptr<event_stream::queue> into) : into_(std::move(into)) {}

  void on_event(const std::shared_ptr<const boost::json::value>& event) override {
    stream_event next = of(stream_event_kind::event);
    next.event = event;
    next.while_starting = !running_;
    into_->push(std::move(next));
  }
  void on_running(bool running) override { running_ = running; }
  void on_live() override { into_->push(of(stream_event_kind::live)); }
  void on_lost(net::time_point /*last_byte*/) override { into_->push(of(stream_event_kind::lost)); }
  void on_gap(net::time_point from, net::time_point to) override {
    stream_event next = of(stream_event_kind::gap);
    next.missing_for = to - from;
    into_->push(std::move(next));
  }
  void on_refused(std::string_view error_code) override {
    stream_event next = of(stream_event_kind::refused);
    next.text = error_code;
    into_->push(std::move(next));
  }

 protected:
  static stream_event of(stream_event_kind what) {
    stream_event event;
    event.what = what;
    return event;
  }

  std::shared_ptr<event_stream::queue> into_;
  bool running_ = true;
};

class entities_listener final : public events_listener {
 public:
  entities_listener(std::shared_ptr<event_stream::queue> into, const mirror_config& settings,
                    bool user_events_only)
      : events_listener(std::move(into)), states_(settings), user_events_only_(user_events_only) {}

  void on_running(bool running) override {
    states_.on_running(running);
    events_listener::on_running(running);
  }

  void on_live() override {
    states_.on_subscribed();
    snapshot_next_ = true;
    events_listener::on_live();
  }
  void on_lost(net::time_point last_byte) override {
    states_.on_lost(last_byte);
    events_listener::on_lost(last_byte);
  }
  void on_event(const std::shared_ptr<const boost::json::value>& event) override {
    stream_event next = of(stream_event_kind::event);
    next.event = event;
    next.snapshot = std::exchange(snapshot_next_, false);
    next.while_starting = !running_;
    states_.apply(*event, &next.changes);
    if (user_events_only_) {
      std::erase_if(next.changes, [](const auto& each) { return !is_user_event(each); });
      if (next.changes.empty() && !next.snapshot) return;
    }
    into_->push(std::move(next));
  }

 private:
  state_mirror states_;
  bool user_events_only_;
  bool snapshot_next_ = false;
};

}  // namespace

std::shared_ptr<subscription_listener> make_events_listener(
    std::shared_ptr<event_stream::queue> into) {
  return std::make_shared<events_listener>(std::move(into));
}

std::shared_ptr<subscription_listener> make_entities_listener(
    std::shared_ptr<event_stream::queue> into, const mirror_config& settings,
    bool user_events_only) {
  return std::make_shared<entities_listener>(std::move(into), settings, user_events_only);
}

}  // namespace hassle::client
