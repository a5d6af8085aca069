// Everything that can happen to connections, breaker, token and the choice of a connection
// together, in a world of two slots, two calls, a few instants and a few faults: no state without a
// way back, no two connections of a slot, no permit lost, one refresh at a time, every state
// reached.
#include "explorer.hpp"

#include <hassle/client/lint.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace hassle::client::explore {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;

config small_settings() {
  config settings;
  settings.style = engine_style::best;
  settings.reconnect = {.backoff_base = tick, .backoff_cap = 2 * tick};
  settings.breaker = {.failures_to_open = 1,
                      .open_for = tick,
                      .trial_limit = 2 * tick,
                      .open_growth = 2,
                      .open_max = 3 * tick,
                      .open_jitter_percent = 100};
  settings.pool = {.size = slot_count};
  settings.jitter = {.first_spread = 0s,
                     .restart_spread = 0s,
                     .stable_after = tick,
                     .retry_after_max = tick,
                     .slow_base = tick,
                     .slow_cap = 3 * tick};
  settings.admission.emplace();
  settings.token = {.refresh_token = "r",
                    .expires_in = 4 * tick,
                    .refresh_percent = 50,
                    .margin = tick,
                    .retry_base = tick,
                    .retry_cap = 2 * tick};
  return settings;
}

/// The linter's bound, as far as it consists of waits and not of what an environment takes.
limits limits_of(const config& settings, int instants, unsigned faults) {
  limits result{.instants = instants, .faults = faults, .states_max = 300'000};
  for (const recovery_term& each : lint(settings).terms) {
    const bool waits =
        each.stage == recovery_stage::backoff || each.stage == recovery_stage::breaker;
    if (waits) result.bound += each.at_most.value_or(duration::zero());
  }
  if (settings.token) result.bound += settings.token->retry_cap;
  result.bound_told = result.bound;
  if (settings.jitter) {
    result.bound_told += settings.jitter->slow_cap + settings.jitter->retry_after_max;
  }
  return result;
}

template <class Rules = rules<>>
findings explore(const config& settings, int instants, unsigned faults) {
  findings found = explorer<Rules>(settings, limits_of(settings, instants, faults)).run();
  std::printf("%zu states, %zu transitions, longest way back %.1f ticks\n", found.states,
              found.transitions,
              static_cast<double>(found.longest_heal.count()) / static_cast<double>(tick.count()));
  return found;
}

config without(std::string_view layer) {
  config settings = small_settings();
  if (layer == "reconnect") settings.reconnect.reset();
  if (layer == "breaker") settings.breaker.reset();
  if (layer == "jitter") settings.jitter.reset();
  if (layer == "admission") settings.admission.reset();
  if (layer == "token") settings.token.reset();
  if (layer == "refresh token") settings.token->refresh_token.clear();
  return settings;
}

template <std::size_t Size>
void add(std::array<std::size_t, Size>& into, const std::array<std::size_t, Size>& more) {
  for (std::size_t i = 0; i < Size; ++i) into[i] += more[i];
}

template <class Enum, std::size_t Size>
void expect_all_reached(const std::array<std::size_t, Size>& counts) {
  for (std::size_t i = 0; i < Size; ++i) {
    const std::string name(name_of(static_cast<Enum>(i)));
    std::printf("  %-20s %zu\n", name.c_str(), counts[i]);
    EXPECT_GT(counts[i], 0U) << name << " was never reached";
  }
}

TEST(Explore, NoWorldHasAStateWithoutAWayBackAndEveryStateIsReached) {
  struct world {
    std::string_view lacks;
    int instants;
    unsigned faults;
  };
  findings all;
  for (const world& each : {world{"nothing", 1, 2}, world{"nothing", 3, 1}, world{"token", 1, 2},
                            world{"breaker", 2, 2}, world{"jitter", 1, 2}, world{"admission", 1, 2},
                            world{"reconnect", 1, 2}, world{"refresh token", 1, 2}}) {
    std::printf("without %s: ", std::string(each.lacks).c_str());
    const findings found = explore(without(each.lacks), each.instants, each.faults);
    EXPECT_EQ(found.violation.value_or(""), "") << "without " << each.lacks;
    add(all.happened, found.happened);
    add(all.phases, found.phases);
    add(all.breakers, found.breakers);
    add(all.tokens, found.tokens);
  }
  expect_all_reached<link_core::phase>(all.phases);
  expect_all_reached<breaker_state>(all.breakers);
  expect_all_reached<token_state>(all.tokens);
  expect_all_reached<happening>(all.happened);
}

// ---- Broken rules are found ---------------------------------------------------------------------

template <class Rules>
std::string first_violation(const config& settings = small_settings()) {
  limits within = limits_of(small_settings(), 2, 2);
  return explorer<Rules>(settings, within).run().violation.value_or("nothing was found");
}

struct link_that_forgets_its_timer : link_core {
  using link_core::link_core;
  step on_dial_failed(dial_failure why, std::optional<duration> retry_after, net::time_point now,
                      net::random_stream& random) {
    const step next = link_core::on_dial_failed(why, retry_after, now, random);
    return next.what == todo::park ? next : step{.what = todo::nothing};
  }
};

TEST(ExploreBroken, ASlotThatForgetsItsTimerIsFound) {
  EXPECT_THAT(first_violation<rules<link_that_forgets_its_timer>>(),
              StartsWith("a slot waits and nothing will wake it; the way there: | wanted"));
}

struct link_that_dials_twice : link_core {
  using link_core::link_core;
  step retry() { return now() == phase::ready ? step{.what = todo::dial} : link_core::retry(); }
};

TEST(ExploreBroken, ASecondConnectionOfASlotIsFound) {
  EXPECT_THAT(first_violation<rules<link_that_dials_twice>>(),
              StartsWith("something is begun while something else is under way"));
}

struct link_that_gives_up : link_core {
  using link_core::link_core;
  step on_auth_invalid(bool, net::time_point now, net::random_stream& random) {
    return link_core::on_auth_invalid(false, now, random);
  }
};

TEST(ExploreBroken, ASlotThatGivesUpTooEarlyIsFound) {
  EXPECT_THAT(first_violation<rules<link_that_gives_up>>(),
              StartsWith("a slot gave up without a permanent refusal"));
}

struct breaker_that_keeps_permits : breaker_core {
  using breaker_core::breaker_core;
  void on_cancelled(permit) noexcept {}
};

TEST(ExploreBroken, ALostPermitIsFound) {
  EXPECT_THAT((first_violation<rules<link_core, breaker_that_keeps_permits>>()),
              StartsWith("a trial's permit was lost or invented"));
}

// A trial that never comes back, as in other libraries: half-open for ever.
TEST(ExploreBroken, AWedgedBreakerIsFound) {
  config settings = small_settings();
  settings.breaker->trial_limit = 1h;
  EXPECT_THAT(first_violation<rules<>>(settings),
              StartsWith("the way back takes longer than the linter says"));
}

struct keeper_that_refreshes_twice : token_keeper {
  using token_keeper::token_keeper;
  decision on_wanted(net::time_point now) noexcept {
    if (refreshing()) return {.what = answer::refresh};
    return token_keeper::on_wanted(now);
  }
};

TEST(ExploreBroken, ASecondRefreshAtATimeIsFound) {
  EXPECT_THAT((first_violation<rules<link_core, breaker_core, keeper_that_refreshes_twice>>()),
              StartsWith("two refreshes at a time"));
}

struct keeper_that_stays_refused : token_keeper {
  using token_keeper::token_keeper;
  void retry(bool, net::time_point) noexcept {}
};

TEST(ExploreBroken, AStateWithoutAWayBackIsFound) {
  const std::string found =
      first_violation<rules<link_core, breaker_core, keeper_that_stays_refused>>();
  EXPECT_THAT(found, AnyOf(StartsWith("there is no way back"),
                           StartsWith("the token is given up without a reason"),
                           StartsWith("a slot gave up without a permanent refusal")));
}

}  // namespace
}  // namespace hassle::client::explore
