// What faults make of connections, from the accept on.
#include "mockha/fault_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace hassle::mockha {

namespace {

using scenario::hang_up_fault;
using scenario::http_error_fault;
using scenario::silence_fault;

std::string_view reason_of(unsigned status) {
  static constexpr std::array<std::pair<unsigned, std::string_view>, 13> known{
      {{400, "Bad Request"},
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
  const std::string title = fmt::format("{} {}", fault.status, reason_of(fault.status));
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
  if (fault.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*fault.retry_after);
    answer.headers.push_back({"Retry-After", fmt::format("{}", seconds.count())});
  }
  return answer;
}

net::http_response banned() {
  net::http_response answer;
  answer.status = 403;
  answer.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  answer.body = "403: Forbidden";
  return answer;
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
  each<http_error_fault>([&](entry& e, const http_error_fault& f) {
    if (!is_go_on(verdict) || !scenario::matches_pattern(f.path, path)) return;
    if (decide(e, connection, path, now)) {
      verdict = answer_with{.answer = error_answer(f), .after = f.delay, .close = true};
    }
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

transport_faults fault_engine::transport(std::uint32_t connection, bool open, net::time_point now) {
  transport_faults result;
  each<scenario::ignore_pings_fault>([&](entry& e, const scenario::ignore_pings_fault&) {
    if (decide(e, connection, "pings", now)) result.ignore_pings = true;
  });
  each<silence_fault>([&](entry& e, const silence_fault& f) {
    // Those that come later stay as they are, unless they are meant.
    if (f.at != silence_fault::stage::open) return;
    if (!open && e.asked.scope.connections.empty()) {
      e.decided.emplace(connection, false);
    }
    if (decide(e, connection, "open", now)) result.mute = true;
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
}

}  // namespace hassle::mockha
