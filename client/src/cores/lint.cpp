#include <hassle/client/lint.hpp>

#include "breaker_core.hpp"
#include "liveness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hassle::client {

namespace {

using stage = recovery_stage;
using bound = std::optional<duration>;

bound limit_of(duration value) { return value == no_limit ? bound() : bound(value); }

/// Empty as soon as one of them is.
bound sum(bound a, bound b) { return a && b ? bound(*a + *b) : bound(); }
bound times(bound a, std::size_t count) {
  return a ? bound(*a * static_cast<duration::rep>(count)) : bound();
}

/// One pass over the settings, stage by stage.
class linter {
 public:
  explicit linter(const config& settings)
      : of_(settings), best_(settings.style == engine_style::best) {}

  recovery_bound run() {
    detect();
    attempt_and_backoff();
    token();
    stages();
    wait_for_running();
    resubscribe();
    breaker();
    first_answer();
    notes();
    add_up();
    return std::move(result_);
  }

 private:
  void add(stage which, bound at_most, std::string setting, std::string why) {
    result_.terms.push_back({which, at_most, std::move(setting), std::move(why)});
  }
  void note(std::string text) { result_.notes.push_back(std::move(text)); }

  [[nodiscard]] bound answer_limit() const {
    return of_.reconnect ? limit_of(of_.reconnect->answer_limit) : bound();
  }
  [[nodiscard]] std::string answer_setting() const {
    return of_.reconnect ? "reconnect.answer_limit" : "reconnect";
  }

  void detect() {
    if (of_.health && best_) {
      const bound worst = liveness::worst_detection(of_.health);
      return add(stage::detect, worst, "health.interval + health.life_limit",
                 worst ? "silence, a ping, and silence again" : no_liveness);
    }
    if (of_.health) {
      const bound worst = sum(limit_of(of_.health->interval), limit_of(of_.health->pong_limit));
      return add(stage::detect, worst, "health.interval + health.pong_limit",
                 worst ? "it dies just after a pong" : no_liveness);
    }
    const bound answer = answer_limit();
    if (!answer) return add(stage::detect, {}, "health", no_liveness);
    add(stage::detect, answer, answer_setting(), "only a command that gets no answer notices");
    note("no liveness check: a link without commands may be dead for ever, its events with it");
  }

  /// Endpoints that are tried one after the other.
  [[nodiscard]] std::size_t endpoints() const {
    const bool in_order =
        best_ && of_.failover && of_.failover->policy == endpoint_policy::in_order;
    return in_order ? 1 + of_.failover->others.size() : 1;
  }

  void attempt_and_backoff() {
    const std::size_t count = endpoints();
    bound attempt = dial_limit();
    std::string why = attempt ? "one that began before the fault ended" : "dialling has no limit";
    if (attempt && !auth_limit()) why = no_auth_limit;
    attempt = sum(attempt, auth_limit());
    if (best_ && of_.token && attempt) attempt = std::max(*attempt, of_.token->refresh_limit);
    const std::string each = count == 1 ? "" : fmt::format(", {} endpoints in order", count);
    add(stage::attempt, times(attempt, count), attempt ? dial_setting() : "deadline", why + each);
    if (!of_.reconnect) {
      return add(stage::backoff, {}, "reconnect", "nothing dials again after the first failure");
    }
    const bound cap = limit_of(of_.reconnect->backoff_cap);
    const bool draws = best_ && of_.jitter;
    const bound spread = draws ? bound(of_.jitter->first_spread) : bound(duration::zero());
    add(stage::backoff, times(cap ? bound(std::max(*cap, *spread)) : cap, count),
        draws && cap && *spread > *cap ? "jitter.first_spread" : "reconnect.backoff_cap",
        (draws ? "full jitter's largest draw" : "the delay has doubled up to its cap") + each);
  }

  void token() {
    if (!best_ || !of_.token || of_.token->refresh_token.empty()) return;
    add(stage::token, sum(limit_of(of_.token->retry_cap), limit_of(of_.token->refresh_limit)),
        "token.retry_cap + token.refresh_limit",
        "the token ran out, and the try to refresh it during the fault failed");
  }

  /// The stages of dialling that have a limit of their own.
  struct own_limit {
    stage which;
    duration deadline_config::* limit;
    std::string_view setting;
    bool there;
  };
  [[nodiscard]] std::vector<own_limit> own_limits() const {
    return {
        {stage::resolve, &deadline_config::resolve_limit, "deadline.resolve_limit", true},
        {stage::tcp, &deadline_config::tcp_limit, "deadline.tcp_limit", true},
        {stage::proxy, &deadline_config::proxy_limit, "deadline.proxy_limit", best_ && of_.proxy},
        {stage::tls, &deadline_config::tls_limit, "deadline.tls_limit", best_ && of_.tls},
        {stage::upgrade, &deadline_config::upgrade_limit, "deadline.upgrade_limit", true}};
  }
  /// Whether connecting has one limit for all of its stages, below what they have together: in lee
  /// that one holds beside theirs, and best has it only where they have none.
  [[nodiscard]] bool limited_together() const {
    if (!of_.deadline) return true;
    if (best_ || !of_.reconnect) return false;
    const bound parts = sum_of_stages();
    return !parts || of_.reconnect->connect_limit < *parts;
  }
  [[nodiscard]] bound sum_of_stages() const {
    bound total = duration::zero();
    for (const own_limit& each : own_limits()) {
      if (each.there) total = sum(total, limit_of((*of_.deadline).*each.limit));
    }
    return total;
  }
  /// Everything before authentication.
  [[nodiscard]] bound dial_limit() const {
    if (!limited_together()) return sum_of_stages();
    return of_.reconnect ? limit_of(of_.reconnect->connect_limit) : bound();
  }
  [[nodiscard]] std::string dial_setting() const {
    return limited_together() ? "reconnect.connect_limit" : "deadline.*_limit";
  }
  [[nodiscard]] bound auth_limit() const {
    return of_.deadline ? limit_of(of_.deadline->auth_limit) : bound();
  }

  void stages() {
    if (limited_together()) {
      const bound all = dial_limit();
      add(stage::upgrade, all, of_.reconnect ? "reconnect.connect_limit" : "deadline",
          all ? "resolve, TCP and upgrade together" : "connecting has no limit");
    } else {
      for (const own_limit& each : own_limits()) {
        if (!each.there) continue;
        const bound own = limit_of((*of_.deadline).*each.limit);
        add(each.which, own, std::string(each.setting),
            own ? "the limit of the stage" : "the stage has no limit");
      }
    }
    const bound auth = auth_limit();
    add(stage::auth, auth, of_.deadline ? "deadline.auth_limit" : "deadline",
        auth ? "the limit of the stage" : no_auth_limit);
  }

  void wait_for_running() {
    if (!best_ || !of_.admission) return;
    const bound ready = of_.deadline ? limit_of(of_.deadline->ready_limit) : bound();
    add(stage::wait_for_running, ready, of_.deadline ? "deadline.ready_limit" : "deadline",
        ready ? "a home that is still starting; after this it is used as it is"
              : "a home that never says RUNNING is waited for without a limit");
  }

  void resubscribe() {
    if (!best_) return;
    const bound answer = answer_limit();
    if (!answer) {
      return add(stage::resubscribe, {}, answer_setting(), "the answer has no limit");
    }
    if (!of_.mirror) {
      return add(stage::resubscribe, answer, answer_setting(),
                 "sent once; one that is rejected stays dead");
    }
    // The first try's answer, the wait, the second one's.
    add(stage::resubscribe, sum(times(answer, 2), limit_of(of_.mirror->retry_cap)),
        "mirror.retry_cap + 2 * reconnect.answer_limit", "one was rejected and is tried again");
  }

  void breaker() {
    if (!of_.breaker) return;
    if (!best_) {
      return add(stage::breaker, limit_of(of_.breaker->open_for), "breaker.open_for",
                 "it opened when the fault ended");
    }
    if (!of_.admission) {
      return add(stage::breaker, limit_of(of_.breaker->open_for), "breaker.open_for",
                 "it opened when the fault ended; without admission it does not grow");
    }
    const bool endless = of_.breaker->open_max == no_limit || of_.breaker->trial_limit == no_limit;
    add(stage::breaker,
        endless ? bound() : breaker_core::worst_open(*of_.breaker) + of_.breaker->trial_limit,
        "breaker.open_max + breaker.trial_limit",
        "a trial fails when the fault ends, and it opens for its longest time");
  }

  void first_answer() {
    const bound answer = answer_limit();
    add(stage::first_answer, answer, answer_setting(),
        answer ? "the limit of the answer"
               : "a lost answer is waited for without a limit: no answer limit");
  }

  void notes() {
    if (of_.reconnect && !(best_ && of_.jitter)) {
      note("no jitter: clients that were cut off together come back together");
    }
    if (best_ && of_.jitter) {
      note(
          fmt::format("after HTTP 4xx or a certificate that is not trusted the wait is up to "
                      "jitter.slow_cap ({} s), with Retry-After up to jitter.retry_after_max "
                      "({} s) more",
                      seconds(of_.jitter->slow_cap), seconds(of_.jitter->retry_after_max)));
    }
    if (!best_ && of_.pool) {
      note("one command connects and all others wait behind it, pool.size or not");
    }
    if (!(best_ && of_.probe)) {
      note("no probe: a connection that died while the process was frozen is used untested");
    }
    if (best_) note("a token that is refused for good ends all attempts until retry()");
  }

  static std::int64_t seconds(duration of) {
    return std::chrono::duration_cast<std::chrono::seconds>(of).count();
  }

  void add_up() {
    std::optional<std::size_t> endless;
    for (std::size_t i = 0; i < result_.terms.size(); ++i) {
      const bound& each = result_.terms[i].at_most;
      if (!each) {
        if (!endless) endless = i;
        continue;
      }
      result_.bounded += *each;
      if (!result_.largest || *each > *result_.terms[*result_.largest].at_most) {
        result_.largest = i;
      }
    }
    if (!endless) result_.total = result_.bounded;
    result_.dominating = endless ? *endless : result_.largest.value_or(0);
    note_running_home();
  }

  void note_running_home() {
    if (!result_.total) return;
    duration rest = *result_.total;
    const recovery_term* largest = nullptr;
    for (const recovery_term& each : result_.terms) {
      if (each.stage == recovery_stage::wait_for_running) {
        rest -= *each.at_most;
      } else if (largest == nullptr || *each.at_most > *largest->at_most) {
        largest = &each;
      }
    }
    if (rest == *result_.total) return;
    note(fmt::format("a home that is RUNNING already is back within {} s, most of it {} ({} s)",
                     seconds(rest), largest->setting, seconds(*largest->at_most)));
  }

  static constexpr const char* no_liveness =
      "a link that dies silently is never noticed: no liveness check";
  static constexpr const char* no_auth_limit =
      "silence after the upgrade is waited on without a limit: no auth limit";

  const config& of_;
  bool best_;
  recovery_bound result_;
};

}  // namespace

recovery_bound lint(const config& settings) { return linter(settings).run(); }

}  // namespace hassle::client
