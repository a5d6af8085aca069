#include "reports/waterfall.hpp"

#include "reports/client_states.hpp"
#include "reports/recoveries.hpp"
#include "reports/statistics.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <string>
#include <utility>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

struct time_span {
  nanoseconds from{};
  nanoseconds to{};
};

nanoseconds overlap(const time_span& a, const time_span& b) {
  return std::max(std::min(a.to, b.to) - std::max(a.from, b.from), nanoseconds{});
}

// The stage of a state, while somebody asks for something that was not sent yet.
recovery_stage stage_of(client_state state) {
  switch (state) {
    case client_state::frozen:
    case client_state::down:
      return recovery_stage::asleep;
    case client_state::starting:
      return recovery_stage::running;
    case client_state::resubscribing:
      return recovery_stage::resubscribe;
    case client_state::resyncing:
      return recovery_stage::resync;
    case client_state::ready:
      return recovery_stage::answer;
    case client_state::authenticating:
      return recovery_stage::auth;
    case client_state::upgrading:
      return recovery_stage::upgrade;
    case client_state::securing:
      return recovery_stage::tls;
    case client_state::connecting:
      return recovery_stage::tcp;
    case client_state::resolving:
      return recovery_stage::resolve;
    case client_state::detecting:
      return recovery_stage::detect;
    case client_state::backing_off:
    case client_state::idle:
      return recovery_stage::back_off;
  }
  assert(false);
  return {};
}

class recovery_splitter {
 public:
  recovery_splitter(const run_context& context, const journal& j,
                    std::span<const command_story> stories)
      : context_(context), states_(client_states(context, j)) {
    commands_.reserve(stories.size());
    for (const command_story& story : stories) {
      const nanoseconds done = story.outcomes > 0 ? j.events()[story.done].at : nanoseconds::max();
      commands_.push_back({j.events()[story.issued].at, done});
    }
    for (const event& e : j.events()) {
      const bool sent = e.kind == event_kind::command_sent || e.kind == event_kind::hedge_sent;
      if (sent && e.command != 0) sent_[e.command].push_back(e.at);
    }
  }

  staged_recovery split(const recovery& r) {
    staged_recovery found{.fault_kind = kind_of(r), .began = r.from};
    const std::vector<time_span> asking = asked_within({r.from, r.to});
    const nanoseconds sent = last_sent(r);
    const auto first = std::ranges::upper_bound(states_, r.from, {}, &client_span::to);
    for (auto each = first; each != states_.end() && each->from < r.to; ++each) {
      const time_span within{std::max(each->from, r.from), std::min(each->to, r.to)};
      add(found, within, each->state, asking, sent);
    }
    assert(found.total() == r.to - r.from);
    return found;
  }

 private:
  [[nodiscard]] std::string kind_of(const recovery& r) const {
    return r.fault.empty() ? "restart" : std::string(context_.kind_of(r.fault));
  }

  // When anything was asked for that had been issued by then, without overlaps.
  [[nodiscard]] std::vector<time_span> asked_within(const time_span& all) const {
    std::vector<time_span> asked;
    auto each = std::ranges::lower_bound(commands_, all.from, {}, &time_span::from);
    for (; each != commands_.end() && each->from < all.to; ++each) {
      if (!asked.empty() && each->from <= asked.back().to) {
        asked.back().to = std::max(asked.back().to, each->to);
      } else {
        asked.push_back(*each);
      }
    }
    return asked;
  }

  // Of the command whose answer ended it; its end if it was never sent.
  [[nodiscard]] nanoseconds last_sent(const recovery& r) const {
    const auto found = sent_.find(r.command);
    if (found == sent_.end()) return r.to;
    const auto after = std::ranges::upper_bound(found->second, r.to);
    return after == found->second.begin() ? r.to : *std::prev(after);
  }

  static void add(staged_recovery& to, const time_span& within, client_state state,
                  std::span<const time_span> asking, nanoseconds sent) {
    const auto stage = [&](recovery_stage of) -> nanoseconds& {
      return to.stages[static_cast<std::size_t>(of)];
    };
    const nanoseconds length = within.to - within.from;
    nanoseconds own = length;
    switch (state) {
      case client_state::starting:
      case client_state::resubscribing:
      case client_state::resyncing:
        // A client may send before it has done all that.
        own = overlap(within, {within.from, sent});
        stage(recovery_stage::answer) += length - own;
        break;
      case client_state::down:
      case client_state::ready:
      case client_state::idle:
        own = {};
        for (const time_span& asked : asking) own += overlap(within, asked);
        stage(recovery_stage::command) += length - own;
        break;
      default:
        break;
    }
    stage(stage_of(state)) += own;
  }

  const run_context& context_;
  std::vector<client_span> states_;
  std::vector<time_span> commands_;  // In the order of their issue.
  std::map<std::uint32_t, std::vector<nanoseconds>> sent_;
};

stage_times times_of(std::vector<nanoseconds> all) {
  std::ranges::sort(all);
  const auto seconds = [](nanoseconds t) { return std::chrono::duration<double>(t).count(); };
  const auto rank = [&](unsigned percent) { return seconds(nearest_rank(all, percent)); };
  stage_times times;
  nanoseconds sum{};
  for (const nanoseconds each : all) {
    times.occurred += each > nanoseconds{} ? 1 : 0;
    sum += each;
  }
  times.mean_s = seconds(sum) / static_cast<double>(all.size());
  times.p50_s = rank(50);
  times.p90_s = rank(90);
  times.p99_s = rank(99);
  times.max_s = rank(100);
  return times;
}

recovery_waterfall pool(std::string_view kind, std::span<const staged_recovery* const> those) {
  recovery_waterfall pooled{.fault_kind = std::string(kind), .recoveries = those.size()};
  std::vector<nanoseconds> times(those.size());
  std::ranges::transform(those, times.begin(), &staged_recovery::total);
  pooled.total = times_of(times);
  for (std::size_t i = 0; i < recovery_stage_count; ++i) {
    std::ranges::transform(those, times.begin(),
                           [i](const staged_recovery* each) { return each->stages[i]; });
    pooled.stages[i] = times_of(times);
  }
  return pooled;
}

}  // namespace

std::vector<staged_recovery> waterfall(const run_context& context, const journal& j,
                                       std::span<const command_story> stories) {
  const std::vector<recovery> found = find_recoveries(j, stories);
  if (found.empty()) return {};
  recovery_splitter splitter(context, j, stories);
  std::vector<staged_recovery> split;
  split.reserve(found.size());
  for (const recovery& each : found) split.push_back(splitter.split(each));
  return split;
}

std::vector<recovery_waterfall> pooled_waterfall(std::span<const run_figures> runs) {
  std::vector<const staged_recovery*> all;
  std::map<std::string_view, std::vector<const staged_recovery*>> by_kind;
  for (const run_figures& run : runs) {
    for (const staged_recovery& each : run.recovery_stages) {
      all.push_back(&each);
      by_kind[each.fault_kind].push_back(&each);
    }
  }
  if (all.empty()) return {};
  std::vector<recovery_waterfall> pooled{pool({}, all)};
  for (const auto& [kind, those] : by_kind) pooled.push_back(pool(kind, those));
  return pooled;
}

}  // namespace hassle::reports
