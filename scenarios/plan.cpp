#include "scenarios/plan.hpp"

#include <fmt/format.h>
#include <boost/random/uniform_int_distribution.hpp>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <tuple>

namespace hassle::scenario {
namespace {

using std::chrono::seconds;

/// The commands behind the last fault: half-way into the quiet time, so that clients have had time
/// to recover and the answers still come within it. In less than `settle_min` there is no room.
constexpr seconds settle_min{40};
constexpr seconds between_last_commands{5};

/// Ends the planning of a distribution that hardly advances, also if nothing comes of its draws.
class budget {
 public:
  /// False when there is nothing left.
  bool take() { return used_++ < plan_items_max; }

 private:
  std::size_t used_ = 0;
};

input_error too_many(const scenario& s, source_position where, const std::string& what) {
  return {s.file.empty() ? s.name : s.file_at(where), where,
          fmt::format("{} plans more than {} items", what, plan_items_max),
          "a longer mean or a shorter duration"};
}

random_stream stream(std::uint64_t seed, std::string_view name) {
  return random_stream(stream_seed(seed, name));
}

command_kind draw_kind(random_stream& random, const std::vector<workload::share>& mix) {
  std::uint64_t sum = 0;
  for (const auto& share : mix) {
    sum += share.weight;
  }
  assert(sum > 0);
  boost::random::uniform_int_distribution<std::uint64_t> spread(0, sum - 1);
  std::uint64_t left = spread(random);
  for (const auto& share : mix) {
    if (left < share.weight) {
      return share.kind;
    }
    left -= share.weight;
  }
  assert(false && "the draw is below the sum");
  return {};
}

bool draw_commands(const scenario& s, random_stream random, budget& left,
                   std::vector<planned_command>& out) {
  const workload& load = s.load;
  assert(!load.targets.empty());
  boost::random::uniform_int_distribution<std::size_t> target(0, load.targets.size() - 1);
  for (duration burst = load.between_bursts.draw(random); burst < s.length;
       burst += load.between_bursts.draw(random)) {
    duration at = burst;
    // At least one, so that every turn of this loop is paid for.
    const std::uint32_t size = std::max(1U, load.burst_size.draw(random));
    for (std::uint32_t i = 0; i < size; ++i) {
      at += i == 0 ? duration{} : load.spacing.draw(random);
      if (at >= s.length) {
        break;  // Nothing of this burst can come any more.
      }
      if (!left.take()) {
        return false;
      }
      const command_kind kind = draw_kind(random, load.mix);
      out.push_back({0, at, kind, load.targets[target(random)], load.limit});
    }
  }
  return true;
}

bool draw_recycles(const scenario& s, random_stream random, budget& left,
                   std::vector<duration>& out) {
  const duration_distribution& gap = *s.where_client_lives.recycle;
  for (duration at = gap.draw(random); at < s.length; at += gap.draw(random)) {
    if (!left.take()) {
      return false;
    }
    out.push_back(at);
  }
  return true;
}

/// Everything about an occurrence but its place in time.
planned_fault draw_parameters(const fault& f, random_stream& random) {
  planned_fault result;
  if (const auto* const restart = std::get_if<restart_fault>(&f.what)) {
    result.phases.stopping = restart->stopping.draw(random);
    result.phases.refused = restart->refused.draw(random);
    result.phases.not_running = restart->not_running.draw(random);
    result.phases.starting = restart->starting.draw(random);
    result.lasts = result.phases.sum();
  } else {
    result.lasts = f.lasts.draw(random);
  }
  if (const auto* const slow = std::get_if<slow_fault>(&f.what)) {
    result.amount = slow->delay.draw(random);
  } else if (const auto* const latency = std::get_if<latency_fault>(&f.what)) {
    result.amount = latency->added.draw(random);
  } else if (const auto* const delay = std::get_if<delay_answer_fault>(&f.what)) {
    result.amount = delay->by.draw(random);
  }
  return result;
}

bool draw_fault(const scenario& s, std::size_t index, random_stream random, budget& left,
                std::vector<planned_fault>& out) {
  const fault& f = s.faults[index];
  assert(f.at || f.every || f.after);
  duration at = f.at ? *f.at : f.every ? f.every->draw(random) : duration{};
  std::uint32_t happened = 0;
  while (at < s.length && (f.times == 0 || happened < f.times)) {
    if (!left.take()) {
      return false;
    }
    planned_fault next = draw_parameters(f, random);
    next.fault = index;
    next.at = at;
    next.armed = f.after.has_value();
    if (f.open_ended) {
      next.open_ended = true;
      next.lasts = s.length - at;
    }
    // Drawn last, and the place in time is kept: a smaller probability only thins out.
    if (draw_chance(random, f.probability)) {
      out.push_back(next);
      ++happened;
    }
    if (!f.every) {
      break;
    }
    at += next.lasts + f.every->draw(random);
  }
  return true;
}

void list_fault(const scenario& s, std::size_t index, std::vector<planned_fault>& out) {
  const fault& f = s.faults[index];
  const bool restarts = std::holds_alternative<restart_fault>(f.what);
  for (const fault_occurrence& each : *f.occurrences) {
    if (each.at >= s.length) {
      continue;  // The scenario was shortened after it was loaded.
    }
    planned_fault next{0, index, each.at, each.lasts, each.phases, each.amount};
    if (restarts) {
      next.lasts = each.phases.sum();
    } else if (each.open_ended) {
      next.lasts = s.length - each.at;
    }
    next.armed = f.after.has_value();
    next.open_ended = each.open_ended;
    out.push_back(next);
  }
}

void list_commands(const workload& load, std::vector<planned_command>& out) {
  for (const timed_command& c : *load.commands) {
    out.push_back({0, c.at, c.kind, c.target, c.limit.value_or(load.limit)});
  }
}

/// So that recovery is measured: one read and one service call when all is well again.
void add_last_commands(const scenario& s, plan& p) {
  if (s.settle < settle_min) {
    return;
  }
  const duration at = p.healed + s.settle / 2;
  const std::string& target = s.load.targets.front();
  p.commands.push_back({0, at, command_kind::get_states, target, s.load.limit});
  p.commands.push_back(
      {0, at + between_last_commands, command_kind::turn_on, target, s.load.limit});
}

template <class Item>
void number(std::vector<Item>& items) {
  std::uint32_t next = 0;
  for (Item& item : items) {
    item.number = ++next;
  }
}

/// Equal times: faults in the order of kinds, then of declaration; commands as they were drawn.
void sort_and_number(const scenario& s, plan& p) {
  number(p.faults);  // Provisional: breaks ties.
  std::sort(p.faults.begin(), p.faults.end(), [&](const auto& a, const auto& b) {
    return std::tuple(a.at, s.faults[a.fault].what.index(), a.fault, a.number) <
           std::tuple(b.at, s.faults[b.fault].what.index(), b.fault, b.number);
  });
  number(p.faults);
  number(p.commands);
  std::sort(p.commands.begin(), p.commands.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at, a.number) < std::tie(b.at, b.number);
  });
  number(p.commands);
  std::sort(p.recycles.begin(), p.recycles.end());
}

/// Listed commands may come after the last fault, but not when nobody is there to answer.
std::expected<void, input_error> check_listed_commands(const scenario& s, const plan& p) {
  for (const timed_command& c : *s.load.commands) {
    if (c.at >= p.end) {
      return std::unexpected(input_error{
          s.file.empty() ? s.name : s.file_at(c.where), c.where,
          fmt::format("command at {} is not before the end of the run", format_duration(c.at)),
          "duration and settle end at " + format_duration(p.end)});
    }
  }
  return {};
}

}  // namespace

planned_fault draw_occurrence(const fault& f, random_stream& random) {
  planned_fault result = draw_parameters(f, random);
  result.armed = f.after.has_value();
  result.open_ended = f.open_ended;
  return result;
}

std::expected<plan, input_error> make_plan(const scenario& s, std::uint64_t seed) {
  plan p;
  p.seed = seed;
  budget left;
  if (s.load.commands) {
    list_commands(s.load, p.commands);
  } else if (!draw_commands(s, stream(seed, "workload"), left, p.commands)) {
    return std::unexpected(too_many(s, s.load.where, "workload.between_bursts"));
  }
  const host& home = s.where_client_lives;
  std::copy_if(home.recycle_at.begin(), home.recycle_at.end(), std::back_inserter(p.recycles),
               [&](duration at) { return at < s.length; });
  if (home.recycle && !draw_recycles(s, stream(seed, "recycle"), left, p.recycles)) {
    return std::unexpected(too_many(s, home.where, "host.recycle"));
  }
  for (std::size_t i = 0; i < s.faults.size(); ++i) {
    const fault& f = s.faults[i];
    if (f.occurrences) {
      list_fault(s, i, p.faults);
    } else if (!draw_fault(s, i, stream(seed, "fault " + f.name), left, p.faults)) {
      return std::unexpected(too_many(s, f.where, "'every' of fault " + in_quotes(f.name)));
    }
  }
  p.healed = s.length;
  for (const planned_fault& f : p.faults) {
    if (!f.armed) {
      p.healed = std::max(p.healed, f.at + f.lasts);
    } else if (!f.open_ended) {  // It begins before `length`, if at all.
      p.healed = std::max(p.healed, s.length + f.lasts);
    }
  }
  p.end = p.healed + s.settle;
  if (!s.load.commands) {
    add_last_commands(s, p);
  } else if (const auto checked = check_listed_commands(s, p); !checked) {
    return std::unexpected(checked.error());
  }
  sort_and_number(s, p);
  return p;
}

}  // namespace hassle::scenario
