#pragma once

#include "harness/relay/relay_flow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {

using namespace std::chrono_literals;

/// One direction of a relayed connection, with a clock that the test moves, and a log of what the
/// receiver sees with the millisecond: "20 hello".
class one_flow : private relay_watcher {
 public:
  explicit one_flow(const scenario::network& network = {.latency = {}},
                    const relay_settings& settings = {})
      : path(network, faults, false),
        line(path, *this, {.endpoint = "local", .connection = 1}),
        flow(line, direction::to_server, 7, settings) {}
  one_flow(const one_flow&) = delete;
  one_flow& operator=(const one_flow&) = delete;

  std::uint32_t begin(scenario::fault_parameters what, net::duration amount = {}) {
    active_fault fault{
        .number = ++begun, .name = "fault", .what = std::move(what), .amount = amount};
    fault.seed = 40 + begun;
    faults.begin(fault);
    line.limits().count_from_here(begun);
    run();
    return begun;
  }
  void end(std::uint32_t fault) {
    faults.end(fault);
    if (path.unthrottle(fault, now)) flow.hasten(now);
    run();
  }

  /// Sends what finds room; the rest is the sender's. How much that was.
  std::size_t send(std::string_view text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
      const auto space = flow.space();
      if (space.empty()) break;
      const std::size_t some = std::min(space.size(), text.size() - sent);
      std::copy_n(text.data() + sent, some, space.data());
      flow.took(some, now);
      sent += some;
    }
    run();
    return sent;
  }

  void run_until(net::duration t) {
    const net::time_point until(t);
    while (due <= until) {
      now = std::max(now, due);
      run();
    }
    now = std::max(now, until);
  }

  /// Does what is to be done at this instant, as far as the receiver reads.
  void run() {
    using enum relay_step::kind;
    due = net::never;
    while (!over) {
      const relay_step next = flow.step(now);
      if (next.what == idle) return;
      if (next.what == wait) {
        due = next.until;
        return;
      }
      if (next.what == deliver) {
        if (!reads) return;
        note(std::string(next.bytes.begin(), next.bytes.end()));
        received.append(next.bytes.begin(), next.bytes.end());
        flow.delivered(next.bytes.size());
        continue;
      }
      over = next.what != finish;
      note(next.what == finish    ? "FIN"
           : next.what == reset   ? "RST"
           : next.what == give_up ? "given up"
                                  : "refused");
    }
  }

  void note(const std::string& what) {
    const auto ms = std::chrono::duration<double, std::milli>(now.time_since_epoch());
    log.push_back(fmt::format("{} {}", ms.count(), what));
  }

  active_faults faults;
  link path;
  relay_line line;
  relay_flow flow;
  net::time_point now{};
  net::time_point due = net::never;
  std::uint32_t begun = 0;
  bool reads = true;
  bool over = false;
  std::string received;
  std::vector<std::string> log;
  std::vector<std::uint32_t> hits;
  std::vector<std::string> cuts;

 private:
  void on_hit(std::uint32_t, const active_fault& fault) override { hits.push_back(fault.number); }
  void on_cut(std::uint32_t, std::string_view why) override { cuts.emplace_back(why); }
};

}  // namespace hassle::harness
