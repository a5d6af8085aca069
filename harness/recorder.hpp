#pragma once

#include "harness/simulation/idle_watch.hpp"
#include "reports/journal.hpp"

#include <hassle/client/observer.hpp>
#include <hassle/net/time.hpp>

namespace hassle::harness {

/// Writes everything that happens in a run into its journal, at the world's time.
/// The clock and the journal outlive it.
class recorder final : public client::observer {
 public:
  recorder(const net::time_source& clock, reports::journal& into) : clock_(clock), into_(into) {}

  void add(reports::event e) {
    e.at = clock_.now().time_since_epoch();
    watch(e);
    into_.add(std::move(e));
  }

  [[nodiscard]] net::time_point now() const { return clock_.now(); }  ///< Of the run.

  /// What a client has to do by itself, while nothing is wrong and nobody asks for anything.
  [[nodiscard]] idle_watch& idleness() noexcept { return idleness_; }

  /// The client's part of the journal.
  void on_event(const client::client_event& event) override;

 private:
  void watch(const reports::event& e) noexcept;

  const net::time_source& clock_;
  reports::journal& into_;
  idle_watch idleness_;
};

}  // namespace hassle::harness
