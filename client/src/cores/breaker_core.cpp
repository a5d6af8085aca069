#include "breaker_core.hpp"

#include "draw.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace hassle::client {

namespace {

constexpr std::uint8_t failed_bit = 1;
constexpr std::uint8_t slow_bit = 2;

bool reaches(std::uint32_t part, unsigned percent, std::uint32_t whole) noexcept {
  return std::uint64_t{part} * 100 >= std::uint64_t{percent} * whole;
}

/// open_for grown by `openings`, before jitter. 0 < open_for <= open_max.
duration grown(const breaker_config& settings, unsigned openings) noexcept {
  duration result = settings.open_for;
  if (settings.open_growth == 1) return result;
  for (unsigned i = 0; i < openings && result < settings.open_max; ++i) {
    result = result > settings.open_max / settings.open_growth ? settings.open_max
                                                               : result * settings.open_growth;
  }
  return result;
}

}  // namespace

std::string_view name_of(breaker_state state) noexcept {
  switch (state) {
    case breaker_state::closed:
      return "closed";
    case breaker_state::open:
      return "open";
    case breaker_state::half_open:
      return "half_open";
  }
  assert(false);
  return "";
}

breaker_config without_admission(breaker_config settings) noexcept {
  settings.half_open_permits = 0;
  settings.open_growth = 1;
  settings.open_jitter_percent = 0;
  return settings;
}

breaker_core::breaker_core(const breaker_config& settings) : settings_(settings) {
  assert(settings.failures_to_open > 0 && settings.calls_min > 0 && settings.open_growth > 0);
  assert(duration::zero() < settings.open_for && settings.open_for <= settings.open_max);
  assert(settings.trial_limit > duration::zero() && settings.open_jitter_percent <= 100);
  assert(settings.window_calls > 0 && settings.window_time >= duration(slices));
  if (settings.window == breaker_window::count) ring_.reserve(settings.window_calls);
}

std::optional<breaker_core::permit> breaker_core::try_acquire(net::time_point now,
                                                              net::random_stream& random) {
  if (state_ == breaker_state::closed) return permit{generation_, false};
  if (state_ == breaker_state::open) {
    if (now < open_until_) return std::nullopt;
    enter(breaker_state::half_open);
  }
  if (settings_.half_open_permits != 0 &&
      trials_out_ + trials_passed_ >= settings_.half_open_permits) {
    // Whoever has the trials may never come back: after a while they have failed.
    if (now - last_trial_ >= settings_.trial_limit) open(now, random);
    return std::nullopt;
  }
  ++trials_out_;
  last_trial_ = now;
  return permit{generation_, true};
}

void breaker_core::on_result(permit given, result how, duration took, net::time_point now,
                             net::random_stream& random) {
  if (given.generation != generation_) return;
  const bool failed = how == result::failure;
  const bool slow = settings_.slow_call > duration::zero() && took > settings_.slow_call;
  if (state_ == breaker_state::closed) {
    assert(!given.trial);
    count(failed, slow, now);
    if (too_bad()) open(now, random);
    return;
  }
  assert(state_ == breaker_state::half_open && given.trial && trials_out_ > 0);
  --trials_out_;
  if (failed || slow) {
    open(now, random);
  } else if (++trials_passed_ >= settings_.half_open_permits) {
    enter(breaker_state::closed);
  }
}

void breaker_core::on_cancelled(permit given) noexcept {
  if (given.generation != generation_ || !given.trial) return;
  assert(trials_out_ > 0);
  --trials_out_;
}

void breaker_core::try_now(net::time_point now) noexcept {
  if (state_ == breaker_state::open) open_until_ = std::min(open_until_, now);
}

net::time_point breaker_core::retry_at() const noexcept {
  switch (state_) {
    case breaker_state::closed:
      return {};
    case breaker_state::open:
      return open_until_;
    case breaker_state::half_open:
      if (settings_.half_open_permits == 0 ||
          trials_out_ + trials_passed_ < settings_.half_open_permits) {
        return {};
      }
      return last_trial_ + settings_.trial_limit;
  }
  assert(false);
  return {};
}

duration breaker_core::worst_open(const breaker_config& settings) noexcept {
  // Without growth openings may follow one another all the same, but each is at its own length.
  const duration longest = settings.open_growth > 1 ? settings.open_max : settings.open_for;
  const duration jitter = longest / 100 * settings.open_jitter_percent;
  return std::min(longest + jitter, settings.open_max);
}

void breaker_core::enter(breaker_state state) noexcept {
  state_ = state;
  ++generation_;
  trials_out_ = 0;
  trials_passed_ = 0;
  if (state != breaker_state::closed) return;
  openings_ = 0;
  in_a_row_ = 0;
  sum_ = {};
  ring_.clear();
  ring_next_ = 0;
  slices_ = {};
}

void breaker_core::open(net::time_point now, net::random_stream& random) {
  duration length = grown(settings_, openings_);
  const duration jitter = length / 100 * settings_.open_jitter_percent;
  if (jitter > duration::zero()) length = draw_between(length - jitter, length + jitter, random);
  open_until_ = now + std::min(length, settings_.open_max);
  if (openings_ < std::numeric_limits<unsigned>::max()) ++openings_;
  enter(breaker_state::open);
}

void breaker_core::count(bool failed, bool slow, net::time_point now) noexcept {
  const auto add = [&](tally& into) {
    ++into.calls;
    into.failures += failed ? 1 : 0;
    into.slow += slow ? 1 : 0;
  };
  switch (settings_.window) {
    case breaker_window::consecutive:
      in_a_row_ = failed || slow ? in_a_row_ + 1 : 0;
      return;
    case breaker_window::count: {
      const auto mark =
          static_cast<std::uint8_t>((failed ? failed_bit : 0) | (slow ? slow_bit : 0));
      if (ring_.size() < settings_.window_calls) {
        ring_.push_back(mark);
      } else {
        const std::uint8_t oldest = std::exchange(ring_[ring_next_], mark);
        ring_next_ = (ring_next_ + 1) % ring_.size();
        --sum_.calls;
        sum_.failures -= (oldest & failed_bit) != 0 ? 1 : 0;
        sum_.slow -= (oldest & slow_bit) != 0 ? 1 : 0;
      }
      add(sum_);
      return;
    }
    case breaker_window::time:
      advance_slices(now);
      add(slices_[static_cast<std::size_t>(slice_) % slices]);
      add(sum_);
      return;
  }
  assert(false);
}

void breaker_core::advance_slices(net::time_point now) noexcept {
  const std::int64_t current =
      now.time_since_epoch() / (settings_.window_time / static_cast<int>(slices));
  if (current - slice_ >= static_cast<std::int64_t>(slices)) {
    slices_ = {};
    sum_ = {};
  } else {
    for (std::int64_t each = slice_ + 1; each <= current; ++each) {
      tally& gone = slices_[static_cast<std::size_t>(each) % slices];
      sum_.calls -= gone.calls;
      sum_.failures -= gone.failures;
      sum_.slow -= gone.slow;
      gone = {};
    }
  }
  slice_ = current;
}

bool breaker_core::too_bad() const noexcept {
  if (settings_.window == breaker_window::consecutive)
    return in_a_row_ >= settings_.failures_to_open;
  if (sum_.calls < settings_.calls_min) return false;
  if (reaches(sum_.failures, settings_.failure_percent, sum_.calls)) return true;
  return settings_.slow_call > duration::zero() &&
         reaches(sum_.slow, settings_.slow_percent, sum_.calls);
}

}  // namespace hassle::client
