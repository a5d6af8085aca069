// What faults make of messages on their way out.
#include "mockha/answers.hpp"
#include "mockha/command.hpp"
#include "mockha/fault_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace hassle::mockha {

namespace {

using kind_of_message = send_text::kind;

bool chosen(scenario::message_choice of, kind_of_message what) {
  switch (of) {
    case scenario::message_choice::answers:
      return what == kind_of_message::answer;
    case scenario::message_choice::events:
      return what == kind_of_message::event;
    case scenario::message_choice::all:
      return what != kind_of_message::authentication;
  }
  return false;
}

bool is_login(const send_text& m, std::string_view type) {
  return m.what == kind_of_message::authentication &&
         m.text.find(fmt::format("\"type\":\"{}\"", type)) != std::string::npos;
}

/// Commands whose answer is followed by events.
bool subscribes(std::string_view command) {
  return command == "render_template" || (command.find("subscribe") != std::string_view::npos &&
                                          !command.starts_with("unsubscribe"));
}

/// What histories say of it.
std::string name_of(const send_text& m) {
  switch (m.what) {
    case kind_of_message::authentication:
      return "authentication";
    case kind_of_message::answer:
      return m.command.empty() ? fmt::format("answer {}", m.answers)
                               : fmt::format("answer {}: {}", m.answers, m.command);
    case kind_of_message::event:
      return fmt::format("event of {}", m.subscription);
  }
  return {};
}

void put_id(std::string& text, std::uint64_t from, std::int64_t to) {
  const std::string key = fmt::format("\"id\":{}", from);
  if (const auto at = text.find(key); at != std::string::npos) {
    text.replace(at, key.size(), fmt::format("\"id\":{}", to));
  }
}

void spoil(std::string& text, scenario::bad_json_fault::flaw how) {
  using flaw = scenario::bad_json_fault::flaw;
  switch (how) {
    case flaw::cut:
      text.resize(text.size() / 2);
      return;
    case flaw::nan:
      if (text.ends_with('}')) text.insert(text.size() - 1, ",\"value\":NaN");
      return;
    case flaw::garbage:
      text = "<!doctype html><title>not JSON</title>";
      return;
  }
}

}  // namespace

struct fault_engine::passing {
  std::uint32_t connection;
  send_text message;
  const subscription_test& is_live;
  net::time_point now;
  outgoing out;
  std::string name;
  bool held = false;

  [[nodiscard]] bool is_answer() const noexcept { return message.what == kind_of_message::answer; }
};

// An event that never goes out.
bool fault_engine::keep_back(passing& m) {
  if (m.is_answer() && m.message.code == "ok" && subscribes(m.message.command)) {
    each<scenario::dead_subscription_fault>([&](entry& e, const auto&) {
      const std::pair subscription(m.connection, m.message.answers);
      if (dead_.contains(subscription)) return;
      if (touch_message(e, m.connection, m.message.command, m.name, m.now)) {
        dead_.insert(subscription);
      }
    });
  }
  if (m.message.what != kind_of_message::event) return false;
  bool muted = dead_.contains({m.connection, m.message.subscription});
  each<scenario::mute_events_fault>([&](entry& e, const auto&) {
    if (!muted) muted = decide(e, m.connection, m.name, m.now);
  });
  return muted;
}

// The answer, although its command was executed.
bool fault_engine::lose(passing& m) {
  if (!m.is_answer()) return false;
  if (auto doomed = doomed_.extract({m.connection, m.message.answers})) {
    m.out.lost_by = std::move(doomed.mapped());
    return true;
  }
  each<scenario::hang_up_fault>([&](entry& e, const scenario::hang_up_fault& f) {
    if (f.at != scenario::hang_up_fault::stage::result || !m.out.lost_by.empty()) return;
    if (!touch_message(e, m.connection, m.message.command, m.name, m.now)) return;
    m.out.lost_by = e.of.name;
    m.out.then = outgoing::ending{f.how, f.code, e.of.name};
  });
  each<scenario::lose_answer_fault>([&](entry& e, const scenario::lose_answer_fault& f) {
    if (f.before_execution || !m.out.lost_by.empty()) return;
    if (!touch_message(e, m.connection, m.message.command, m.name, m.now)) return;
    m.out.lost_by = e.of.name;
  });
  return !m.out.lost_by.empty();
}

void fault_engine::send_login(passing& m) {
  const bool required = is_login(m.message, "auth_required");
  each<scenario::silence_fault>([&](entry& e, const scenario::silence_fault& f) {
    if (required || f.at != scenario::silence_fault::stage::auth || m.out.gagged) return;
    m.out.gagged = decide(e, m.connection, "auth", m.now);
  });
  if (m.out.gagged) return;
  const bool accepted = is_login(m.message, "auth_ok");
  each<scenario::hang_up_fault>([&](entry& e, const scenario::hang_up_fault& f) {
    using stage_of = scenario::hang_up_fault::stage;
    const bool here =
        (f.at == stage_of::upgrade && required) || (f.at == stage_of::auth_ok && accepted);
    if (!here || m.out.then || !decide(e, m.connection, required ? "upgrade" : "auth_ok", m.now)) {
      return;
    }
    m.out.then = outgoing::ending{f.how, f.code, e.of.name};
  });
  m.out.parts.push_back({std::move(m.message)});
}

void fault_engine::alter(passing& m) {
  send_text& text = m.message;
  const auto touched = [&](entry& e) {
    return touch_message(e, m.connection, text.command, m.name, m.now);
  };
  each<scenario::fail_subscription_fault>([&](entry& e, const auto&) {
    if (text.what != kind_of_message::event || text.subscription == 0 || !touched(e)) return;
    text.text = answers::error(text.subscription,
                               plain_failure("unknown_error", "Invalid JSON in response"));
  });
  each<scenario::wrong_id_fault>([&](entry& e, const scenario::wrong_id_fault& f) {
    if (!m.is_answer() || text.answers == 0 || !touched(e)) return;
    put_id(text.text, text.answers, static_cast<std::int64_t>(text.answers) + f.off_by);
  });
  each<scenario::giant_fault>([&](entry& e, const scenario::giant_fault& f) {
    if (!chosen(f.of, text.what) || !touched(e)) return;
    if (text.text.size() < f.bytes) text.text.append(f.bytes - text.text.size(), ' ');
  });
  each<scenario::bad_json_fault>([&](entry& e, const scenario::bad_json_fault& f) {
    if (chosen(f.of, text.what) && touched(e)) spoil(text.text, f.how);
  });
}

void fault_engine::hold_or_pass(passing& m) {
  const send_text& text = m.message;
  const auto hold = [&](entry& e, std::uint32_t left, net::time_point until) {
    held_.push_back({m.connection, e.of.number, left, until, std::move(m.message)});
    m.held = true;
  };
  if (m.is_answer() && text.code == "ok" && subscribes(text.command)) {
    each<scenario::event_first_fault>([&](entry& e, const auto&) {
      if (m.held || held_.size() >= limits_.held_max) return;
      if (touch_message(e, m.connection, text.command, m.name, m.now)) {
        hold(e, 0, m.now + limits_.event_first_wait);
      }
    });
  }
  if (m.is_answer() && !m.held) {
    each<scenario::reorder_fault>([&](entry& e, const scenario::reorder_fault& f) {
      // One at a time: the next ones are those that it waits for.
      const bool waiting = std::ranges::any_of(held_, [&](const held& h) {
        return h.by == e.of.number && h.connection == m.connection;
      });
      if (m.held || waiting || held_.size() >= limits_.held_max) return;
      if (touch_message(e, m.connection, text.command, m.name, m.now)) {
        hold(e, f.behind, net::never);
      }
    });
  }
  if (!m.held) m.out.parts.push_back({std::move(m.message)});
}

// The one that was held back waits for this event; then come those that are behind.
void fault_engine::count_down(std::uint32_t connection, outgoing& out) {
  if (out.parts.empty()) return;
  const send_text first = out.parts.front().message;
  for (auto it = held_.begin(); it != held_.end();) {
    bool free = false;
    if (it->connection == connection && it->left == 0) {
      free = first.what == kind_of_message::event && first.subscription == it->message.answers;
    } else if (it->connection == connection && first.what == kind_of_message::answer) {
      free = --it->left == 0;
    }
    if (free) {
      out.parts.push_back({std::move(it->message)});
      it = held_.erase(it);
    } else {
      ++it;
    }
  }
}

void fault_engine::release_held_by(std::uint32_t fault) {
  for (auto it = held_.begin(); it != held_.end();) {
    if (it->by == fault && it->left != 0) {
      released_.push_back({it->connection, std::move(it->message)});
      it = held_.erase(it);
    } else {
      ++it;
    }
  }
}

void fault_engine::repeat(passing& m) {
  if (m.out.parts.empty()) return;
  const send_text original = m.out.parts.front().message;
  each<scenario::duplicate_fault>([&](entry& e, const scenario::duplicate_fault& f) {
    if (!chosen(f.of, original.what)) return;
    if (!touch_message(e, m.connection, original.command, m.name, m.now)) return;
    for (std::uint32_t i = 0; i < f.copies; ++i) {
      send_text copy = original;
      copy.answers = 0;  // The command was answered once.
      copy.code.clear();
      m.out.parts.push_back({std::move(copy)});
    }
  });
}

void fault_engine::delay(passing& m) {
  each<scenario::delay_answer_fault>([&](entry& e, const scenario::delay_answer_fault&) {
    for (outgoing::part& part : m.out.parts) {
      if (part.message.what != kind_of_message::answer) continue;
      if (touch_message(e, m.connection, part.message.command, m.name, m.now)) {
        part.late += e.of.planned.amount;
      }
    }
  });
}

void fault_engine::remember_event(passing& m) {
  if (m.message.what != kind_of_message::event || m.message.subscription == 0) return;
  const bool wanted = std::ranges::any_of(live_, [](const entry* e) {
    return std::holds_alternative<scenario::late_event_fault>(e->of.what);
  });
  if (!wanted) return;
  auto& mine = last_events_[m.connection];
  mine[m.message.subscription] = m.message.text;
  if (mine.size() > limits_.events_max) mine.erase(mine.begin());
}

void fault_engine::add_late_events(passing& m) {
  if (!m.is_answer() || m.message.command != "unsubscribe_events" || m.message.code != "ok") return;
  const auto mine = last_events_.find(m.connection);
  if (mine == last_events_.end()) return;
  each<scenario::late_event_fault>([&](entry& e, const auto&) {
    for (auto it = mine->second.begin(); it != mine->second.end();) {
      if (m.is_live(it->first) ||
          !touch_message(e, m.connection, m.message.command, m.name, m.now)) {
        ++it;
        continue;
      }
      send_text late;
      late.text = std::move(it->second);
      late.what = kind_of_message::event;
      m.out.parts.push_back({std::move(late)});
      it = mine->second.erase(it);
    }
  });
}

net::duration fault_engine::slowness(std::uint32_t connection, std::string_view what,
                                     net::time_point now) {
  net::duration sum{};
  each<scenario::slow_fault>([&](entry& e, const scenario::slow_fault&) {
    if (touch_message(e, connection, {}, what, now)) sum += e.of.planned.amount;
  });
  sweep();
  return sum;
}

outgoing fault_engine::on_send(std::uint32_t connection, send_text message,
                               const subscription_test& is_live, net::time_point now) {
  passing m{.connection = connection,
            .message = std::move(message),
            .is_live = is_live,
            .now = now,
            .out = {},
            .name = {}};
  m.name = name_of(m.message);
  const std::string command = m.message.command;
  const std::uint64_t id = m.message.answers;
  const bool answered = m.is_answer();
  if (answered && !command.empty()) count_command(command, true, connection, id, now);
  if (m.message.what == kind_of_message::authentication) {
    send_login(m);
  } else if (!keep_back(m) && !lose(m)) {
    remember_event(m);
    alter(m);
    outgoing late;
    std::swap(late, m.out);
    add_late_events(m);
    std::swap(late, m.out);
    hold_or_pass(m);
    repeat(m);
    count_down(connection, m.out);
    std::ranges::move(late.parts, std::back_inserter(m.out.parts));
    delay(m);
  }
  if (!m.out.parts.empty()) {
    each<scenario::slow_fault>([&](entry& e, const scenario::slow_fault&) {
      if (touch_message(e, connection, command, m.name, now)) m.out.slow += e.of.planned.amount;
    });
  }
  sweep();
  return std::move(m.out);
}

}  // namespace hassle::mockha
