// What faults make of connections, from the accept on.
#include "mockha/fault_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace hassle::mockha {

namespace {

using scenario::bad_upgrade_fault;
using scenario::crowd_fault;
using scenario::hang_up_fault;
using scenario::http_error_fault;
using scenario::silence_fault;

std::string_view reason_of(unsigned status) {
  static constexpr std::array<std::pair<unsigned, std::string_view>, 18> known{
      {{200, "OK"},
       {301, "Moved Permanently"},
       {302, "Found"},
       {303, "See Other"},
       {307, "Temporary Redirect"},
       {400, "Bad Request"},
       {401, "Unauthorized"},
       {403, "Forbidden"},
       {404, "Not Found"},
       {405, "Method Not Allowed"},
       {408, "Request Timeout"},
       {413, "Payload Too Large"},
       {429, "Too Many Requests"},
       {500, "Internal Server Error"},
       {501, "Not Implemented"},
       {502, "Bad Gateway"},
       {503, "Service Unavailable"},
       {504, "Gateway Timeout"}}};
  const auto* const found =
      std::ranges::find(known, status, &std::pair<unsigned, std::string_view>::first);
  return found == known.end() ? "Error" : found->second;
}

/// What /auth/token says with such a status.
std::string_view oauth_error(unsigned status) {
  if (status == 400) return "invalid_grant";
  return status < 500 ? "access_denied" : "server_error";
}

net::http_response error_answer(const http_error_fault& fault) {
  using body = http_error_fault::body;
  net::http_response answer;
  answer.status = fault.status;
  const std::string title = fault.status < 300
                                ? "Log in to use this network"
                                : fmt::format("{} {}", fault.status, reason_of(fault.status));
  switch (fault.content) {
    case body::html:
      answer.headers.push_back({"Content-Type", "text/html"});
      answer.body = fmt::format(
          "<!doctype html>\n<html><head><title>{0}</title></head>\n<body><h1>{0}</h1></body></html>"
          "\n",
          title);
      break;
    case body::text:
      answer.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
      answer.body = fmt::format("{}: {}", fault.status, reason_of(fault.status));
      break;
    case body::json:
      answer.headers.push_back({"Content-Type", "application/json"});
      answer.body = fmt::format(R"({{"error":"{}"}})", oauth_error(fault.status));
      break;
    case body::empty:
      break;
  }
  if (!fault.location.empty()) answer.headers.push_back({"Location", fault.location});
  if (fault.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*fault.retry_after);
    answer.headers.push_back({"Retry-After", fmt::format("{}", seconds.count())});
  }
  return answer;
}

/// What a client hears that asks for a WebSocket where there is none.
std::string_view answer_of(bad_upgrade_fault::answer how) {
  // Nobody's key gives an Accept of zeros.
  if (how == bad_upgrade_fault::answer::wrong_accept) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n";
  }
  return "SSH-2.0-OpenSSH_9.2\r\n";
}

net::http_response banned() {
  net::http_response answer;
  answer.status = 403;
  answer.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  answer.body = "403: Forbidden";
  return answer;
}

/// How long a new connection waits until there is room for it. One that does not wait (`queues`)
/// takes no room.
net::duration wait_for_room(std::deque<net::time_point>& admitted, std::uint32_t per_second,
                            bool queues, net::time_point now) {
  if (admitted.size() < per_second) {
    admitted.push_back(now);
    return {};
  }
  const net::time_point room = admitted.front() + std::chrono::seconds(1);
  if (room > now && !queues) return room - now;
  admitted.pop_front();
  admitted.push_back(std::max(room, now));
  return std::max(room - now, net::duration::zero());
}

bool is_go_on(const stage_verdict& v) { return std::holds_alternative<go_on>(v); }

}  // namespace

stage_verdict fault_engine::on_accepted(std::uint32_t connection, net::time_point now) {
  for (entry* e : live_) {
    if (e->where == stage::armed && e->asked.after && e->asked.after->connections > 0 &&
        ++e->counted >= e->asked.after->connections) {
      start(*e, now, true);
    }
    const auto& wanted = e->asked.scope.connections;
    if (e->where == stage::in_force && !wanted.empty() &&
        std::ranges::binary_search(wanted, ++e->accepted)) {
      e->chosen.insert(connection);
    }
  }
  stage_verdict verdict = go_on{};
  each<silence_fault>([&](entry& e, const silence_fault& f) {
    if (f.at != silence_fault::stage::accept || !is_go_on(verdict)) return;
    if (decide(e, connection, "accept", now)) verdict = stay_silent{};
  });
  each<hang_up_fault>([&](entry& e, const hang_up_fault& f) {
    if (f.at != hang_up_fault::stage::accept || !is_go_on(verdict)) return;
    if (decide(e, connection, "accept", now)) {
      verdict = cut_off{.reset = f.how == scenario::ending_style::reset};
    }
  });
  each<crowd_fault>([&](entry& e, const crowd_fault& f) {
    if (f.beyond == crowd_fault::excess::deny || !is_go_on(verdict)) return;
    const bool queues = f.beyond == crowd_fault::excess::wait;
    const net::duration wait = wait_for_room(e.admitted, f.per_second, queues, now);
    if (wait == net::duration::zero() || !decide(e, connection, "accept", now)) return;
    verdict = queues ? stage_verdict(come_later{wait}) : stage_verdict(cut_off{.reset = true});
  });
  sweep();
  return verdict;
}

stage_verdict fault_engine::on_request(std::uint32_t connection, std::string_view target,
                                       net::time_point now) {
  const std::string_view path = target.substr(0, target.find('?'));
  stage_verdict verdict = go_on{};
  each<scenario::ban_fault>([&](entry& e, const scenario::ban_fault&) {
    if (!is_go_on(verdict)) return;
    if (decide(e, connection, path, now)) verdict = answer_with{.answer = banned()};
  });
  each<silence_fault>([&](entry& e, const silence_fault& f) {
    if (f.at != silence_fault::stage::request || !is_go_on(verdict)) return;
    if (!scenario::matches_pattern(f.path, path)) return;
    if (decide(e, connection, path, now)) verdict = stay_silent{.reads = true};
  });
  each<hang_up_fault>([&](entry& e, const hang_up_fault& f) {
    if (f.at != hang_up_fault::stage::request || !is_go_on(verdict)) return;
    if (!scenario::matches_pattern(f.path, path)) return;
    if (decide(e, connection, path, now)) {
      verdict = cut_off{.reset = f.how == scenario::ending_style::reset};
    }
  });
  each<crowd_fault>([&](entry& e, const crowd_fault& f) {
    if (f.beyond != crowd_fault::excess::deny || !is_go_on(verdict)) return;
    if (path != "/api/websocket") return;
    if (wait_for_room(e.admitted, f.per_second, false, now) == net::duration::zero()) return;
    if (!decide(e, connection, path, now)) return;
    http_error_fault too_many;
    too_many.status = 429;
    too_many.content = http_error_fault::body::text;
    too_many.retry_after = f.retry_after;
    verdict = answer_with{.answer = error_answer(too_many), .close = true};
  });
  each<http_error_fault>([&](entry& e, const http_error_fault& f) {
    if (!is_go_on(verdict) || !scenario::matches_pattern(f.path, path)) return;
    if (decide(e, connection, path, now)) {
      verdict = answer_with{.answer = error_answer(f), .after = f.delay, .close = true};
    }
  });
  each<bad_upgrade_fault>([&](entry& e, const bad_upgrade_fault& f) {
    if (!is_go_on(verdict) || path != "/api/websocket") return;
    if (decide(e, connection, path, now)) verdict = say_instead{std::string(answer_of(f.how))};
  });
  sweep();
  return verdict;
}

stage_verdict fault_engine::on_upgraded(std::uint32_t connection, net::time_point now) {
  stage_verdict verdict = go_on{};
  each<silence_fault>([&](entry& e, const silence_fault& f) {
    if (f.at != silence_fault::stage::upgrade || !is_go_on(verdict)) return;
    if (decide(e, connection, "upgrade", now)) verdict = stay_silent{.reads = true};
  });
  sweep();
  return verdict;
}

bool fault_engine::grants_deflate(std::uint32_t connection, net::time_point now) {
  bool granted = true;
  each<scenario::no_deflate_fault>([&](entry& e, const scenario::no_deflate_fault&) {
    if (decide(e, connection, "upgrade", now)) granted = false;
  });
  return granted;
}

net::answer_drops fault_engine::drops_of_upgrade(std::uint32_t connection, net::time_point now) {
  net::answer_drops result;
  each<scenario::trickle_fault>([&](entry& e, const scenario::trickle_fault& f) {
    if (result.piece_bytes == 0 && decide(e, connection, "bytes", now)) {
      result = {.piece_bytes = f.bytes, .piece_every = f.gap};
    }
  });
  return result;
}

std::optional<std::string> fault_engine::on_login(std::uint32_t connection, net::time_point now) {
  std::optional<std::string> refusal;
  each<scenario::reject_auth_fault>([&](entry& e, const scenario::reject_auth_fault& f) {
    if (!refusal && decide(e, connection, "auth", now)) refusal = f.message;
  });
  return refusal;
}

net::duration fault_engine::close_delay(std::uint32_t connection) const noexcept {
  for (const entry* e : live_) {
    const auto* f = std::get_if<scenario::reject_auth_fault>(&e->of.what);
    const auto known = e->decided.find(connection);
    if (f && known != e->decided.end() && known->second) return f->delay;
  }
  return {};
}

transport_faults fault_engine::transport(std::uint32_t connection, connection_nature is,
                                         net::time_point now) {
  transport_faults result;
  each<scenario::ignore_pings_fault>([&](entry& e, const scenario::ignore_pings_fault&) {
    if (decide(e, connection, "pings", now)) result.ignore_pings = true;
  });
  each<silence_fault>([&](entry& e, const silence_fault& f) {
    // Those that come later stay as they are, unless they are meant.
    if (f.at != silence_fault::stage::open) return;
    if (!is.open && e.asked.scope.connections.empty()) {
      e.decided.emplace(connection, false);
    }
    if (decide(e, connection, "open", now)) result.mute = true;
  });
  each<scenario::stop_reading_fault>([&](entry& e, const scenario::stop_reading_fault&) {
    if (decide(e, connection, "reads", now)) result.stop_reading = true;
  });
  each<scenario::reject_compressed_fault>([&](entry& e, const auto&) {
    if (is.deflate && decide(e, connection, "compressed messages", now)) {
      result.reject_compressed = true;
    }
  });
  each<scenario::fragment_fault>([&](entry& e, const scenario::fragment_fault& f) {
    if (result.frame_bytes == 0 && decide(e, connection, "frames", now)) {
      result.frame_bytes = f.bytes;
    }
  });
  each<scenario::trickle_fault>([&](entry& e, const scenario::trickle_fault& f) {
    if (result.piece_bytes == 0 && decide(e, connection, "bytes", now)) {
      result.piece_bytes = f.bytes;
      result.piece_every = f.gap;
    }
  });
  each<scenario::batch_fault>([&](entry& e, const scenario::batch_fault& f) {
    if (result.batch == 0 && decide(e, connection, "messages", now)) {
      result.batch = f.size;
      result.batch_wait = f.wait;
    }
  });
  return result;
}

void fault_engine::on_gone(std::uint32_t connection, net::time_point now) {
  const auto is_touched = [](const auto& each) { return each.second; };
  for (entry* e : live_) {
    e->chosen.erase(connection);
    e->decided.erase(connection);
    const auto& limit = e->asked.scope.hits;
    if (e->where == stage::in_force && limit && e->hits >= *limit &&
        std::ranges::none_of(e->decided, is_touched)) {
      finish(*e, now, true);
    }
  }
  sweep();
  std::erase_if(held_, [&](const held& h) { return h.connection == connection; });
  std::erase_if(takers_, [&](const auto& each) { return each.first.first == connection; });
  std::erase_if(doomed_, [&](const auto& each) { return each.first.first == connection; });
  last_events_.erase(connection);
  std::erase_if(dead_, [&](const auto& each) { return each.first == connection; });
}

}  // namespace hassle::mockha
