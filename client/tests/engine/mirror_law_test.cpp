// Whatever happens on the way, a mirror that is healed equals what it mirrors.
#include "mirror_fixture.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace hassle::client {
namespace {

namespace json = boost::json;

struct real_state {
  std::string state;
  std::map<std::string, int> attributes;
  int context = 0;
  int changed = 0;
  int updated = 0;
};

json::object attributes_of(const real_state& of) {
  json::object all;
  for (const auto& [key, value] : of.attributes) all[key] = value;
  return all;
}

json::object compressed(const real_state& of) {
  json::object made{{"s", of.state},
                    {"a", attributes_of(of)},
                    {"c", std::to_string(of.context)},
                    {"lc", of.changed}};
  if (of.updated != of.changed) made["lu"] = of.updated;
  return made;
}

/// What Home Assistant says of a change (reference §4.4).
json::object difference(const real_state& from, const real_state& to) {
  json::object plus;
  if (from.state != to.state) plus["s"] = to.state;
  if (from.changed != to.changed) {
    plus["lc"] = to.changed;
  } else if (from.updated != to.updated) {
    plus["lu"] = to.updated;
  }
  plus["c"] = std::to_string(to.context);
  json::object more;
  json::array less;
  for (const auto& [key, value] : to.attributes) {
    const auto before = from.attributes.find(key);
    if (before == from.attributes.end() || before->second != value) more[key] = value;
  }
  for (const auto& [key, value] : from.attributes) {
    if (!to.attributes.contains(key)) less.emplace_back(key);
  }
  if (!more.empty()) plus["a"] = more;
  json::object whole{{"+", plus}};
  if (!less.empty()) whole["-"] = json::object{{"a", less}};
  return whole;
}

/// A home, and what it sends to those who subscribed.
class HomeFixture {
 public:
  void step(int what, int which, int value) {
    const std::string id = "light." + std::to_string(which % 6);
    switch (what % 10) {
      case 0:
        lose();
        break;
      case 1:
        reconnect();
        break;
      case 2:
        answer(true);
        break;
      case 3:
        answer(false);
        break;
      case 4:
        remove(id);
        break;
      case 5:
        here_.advance(std::chrono::seconds(value % 700));
        break;
      default:
        change(id, value);
    }
    equal_if_live();
  }

  /// From here on nothing fails.
  void heal() {
    if (session_ == nullptr) reconnect();
    for (int i = 0; i < 100 && !(open_rounds_answered() && here_.subscriptions.all_live()); ++i) {
      answer(true);
      here_.advance(1s);
    }
    RC_ASSERT(here_.states.states().live());
    equal_if_live();
  }

 private:
  void lose() {
    if (session_ == nullptr) return;
    here_.lose(session_);
    session_.reset();
    told_.clear();
    RC_ASSERT(!here_.states.states().live());
  }
  void reconnect() {
    if (session_ == nullptr) session_ = here_.connect();
  }
  bool open_rounds_answered() const { return told_.contains(session_->last_id()); }

  void answer(bool accepted) {
    if (session_ == nullptr) return;
    const std::int64_t id = session_->last_id();
    if (told_.contains(id) || !session_->knows(id)) return;
    if (!accepted) {
      told_[id] = false;
      session_->reject(id, "unknown_command");
      return;
    }
    told_[id] = true;
    session_->accept(id);
    json::object all;
    for (const auto& [name, state] : home_) all[name] = compressed(state);
    session_->give_event(id, json::object{{"a", all}});
  }

  void send(const json::object& event) {
    if (session_ == nullptr) return;
    for (const auto& [id, accepted] : told_) {
      if (accepted) session_->give_event(id, event);
    }
  }
  void remove(const std::string& id) {
    if (home_.erase(id) != 0) send({{"r", json::array{id}}});
  }
  void change(const std::string& id, int value) {
    const auto found = home_.find(id);
    real_state to = found == home_.end() ? real_state{} : found->second;
    ++moment_;
    if (value % 3 != 0 || found == home_.end()) {
      to.state = std::to_string(value);
      to.changed = moment_;
    }
    to.updated = moment_;
    to.context = moment_;
    const std::string key = "attribute_" + std::to_string(value % 4);
    if (value % 5 == 0) {
      to.attributes.erase(key);
    } else {
      to.attributes[key] = value;
    }
    if (found == home_.end()) {
      home_[id] = to;
      send({{"a", json::object{{id, compressed(to)}}}});
      return;
    }
    const json::object what = difference(found->second, to);
    found->second = to;
    send({{"c", json::object{{id, what}}}});
  }

  void equal_if_live() const {
    const state_mirror& mirrored = here_.states.states();
    if (!mirrored.live()) return;
    RC_ASSERT(mirrored.size() == home_.size());
    for (const auto& [id, state] : home_) {
      const mirrored_state* found = mirrored.find(id);
      RC_ASSERT(found != nullptr);
      RC_ASSERT(found->state == state.state);
      RC_ASSERT(found->attributes == attributes_of(state));
      RC_ASSERT(found->context_id == std::to_string(state.context));
      RC_ASSERT(found->last_changed == state.changed);
      RC_ASSERT(found->last_updated == state.updated);
    }
    RC_ASSERT(mirrored.counted().not_understood == 0U);
  }

  mirror_world here_;
  std::shared_ptr<scripted_channel> session_;
  std::map<std::int64_t, bool> told_;  ///< Answered rounds of this session, and how.
  std::map<std::string, real_state> home_;
  int moment_ = 0;
};

}  // namespace

RC_GTEST_PROP(MirrorLaw, WhileItIsLiveItEqualsTheHomeAndItHealsAlways, ()) {
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
      rc::gen::tuple(rc::gen::inRange(0, 10), rc::gen::inRange(0, 6), rc::gen::inRange(0, 1000)));
  HomeFixture home;
  for (const auto& [what, which, value] : steps) home.step(what, which, value);
  home.heal();
}

}  // namespace hassle::client
