#pragma once

#include "mockha/session_core.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

using lines = std::vector<std::string>;

inline std::string printed(const action& a) {
  struct printer {
    std::string operator()(const send_text& s) const { return "S " + s.text; }
    std::string operator()(const run_service& r) const {
      return "run " + std::to_string(r.id) + " " + describe(r.call) + " " +
             json_text(json::value(r.call.data));
    }
    std::string operator()(const publish_event& f) const { return "fire " + f.event.json; }
    std::string operator()(const revoked_token&) const { return "revoked"; }
    std::string operator()(const failed_login&) const { return "failed login"; }
    std::string operator()(const good_login&) const { return "good login"; }
    std::string operator()(const lose_answer& l) const { return "lose " + std::to_string(l.id); }
    std::string operator()(const send_ping&) const { return "ping"; }
    std::string operator()(const end_session& e) const {
      return (e.with_close ? "close: " : "cut: ") + e.why;
    }
    std::string operator()(const note& n) const {
      return "note " + std::string(reports::name_of(n.kind)) + " " + std::to_string(n.id) + " " +
             n.text;
    }
  };
  return std::visit(printer{}, a);
}

inline lines printed(const actions& all) {
  lines texts;
  for (const auto& a : all) texts.push_back(printed(a));
  return texts;
}

/// A session with a home of its own, driven by hand. It plays the server's part in running
/// services: the answer comes at once, events go to the session itself.
class story {
 public:
  explicit story(session_settings with = quiet()) : settings(std::move(with)) {
    tokens.add_user({});
    tokens.add_user({.id = "00000000000000000000000000000002",
                     .name = "Guest",
                     .is_owner = false,
                     .is_admin = false,
                     .is_active = true,
                     .local_only = true});
    tokens.add_static("guest", "00000000000000000000000000000002");
    tokens.add_static("secret", user{}.id);
  }

  static session_settings quiet() {
    session_settings s;
    s.trace = false;
    return s;
  }

  lines opened() { return printed(core.on_open(now)); }

  /// Everything that happens because of one frame, printed.
  lines sends(std::string_view text) {
    lines all;
    for (auto& a : core.on_text(text, now, wall)) {
      if (std::holds_alternative<good_login>(a) || std::holds_alternative<failed_login>(a)) {
        logins.push_back(printed(a));
      } else if (const auto* run = std::get_if<run_service>(&a); run && run_services) {
        run_now(*run, all);
      } else if (const auto* published = std::get_if<publish_event>(&a)) {
        append(all, core.on_event(published->event));
      } else {
        all.push_back(printed(a));
      }
    }
    return all;
  }

  /// A client that is through the auth phase.
  story& authenticated(std::string_view token = "secret") {
    core.on_open(now);
    core.on_text(R"({"type":"auth","access_token":")" + std::string(token) + "\"}", now, wall);
    return *this;
  }

  /// Home Assistant is in this state from now on, and says so.
  lines enters(core_state state) {
    around.state = state;
    lines all;
    const bool there = state == core_state::running;
    for (const auto& change :
         house.become(there ? presence::real : presence::absent, wall, core.wanted())) {
      append(all, core.on_event(state_changed_event(change)));
    }
    append(all,
           core.on_event(make_event("core_config_updated", "{}", house.make_context(wall), wall)));
    return all;
  }

  story& after(net::duration time) {
    now += time;
    wall += std::chrono::floor<std::chrono::microseconds>(time);
    return *this;
  }
  lines timer() { return printed(core.on_timer(now)); }

  session_settings settings;
  net::time_point now{};
  wall_time wall{std::chrono::seconds(1'782'422'405)};  // 2026-06-25T21:20:05Z
  home house{*find_home("small"), context_source(net::random_stream(1)), wall};
  registries registry{*find_home("small"), wall};
  token_store tokens{net::random_stream(2)};
  surroundings around{.settings = settings, .house = house, .registry = registry, .tokens = tokens};
  session_core core{around};
  bool run_services = true;
  lines logins;  // What counts towards a ban, or against it.

 private:
  void run_now(const run_service& run, lines& all) {
    const watch wanted = core.wanted();
    const auto done =
        house.execute(*run.called, run.call, run.user_id, wall, wanted, run.wants_response);
    if (wanted.states && run.called->reaches != service::reach::sequence) {
      append(all, core.on_event(call_service_event(run.call, done.cause, wall)));
    }
    for (const auto& event : done.to_publish()) append(all, core.on_event(event));
    if (core.where() == session_core::phase::command) {
      all.push_back(printed(action(core.service_answer(run, done))));
    }
  }

  static void append(lines& all, const actions& more) {
    for (const auto& a : more) all.push_back(printed(a));
  }
};

}  // namespace hassle::mockha
