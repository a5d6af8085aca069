#pragma once

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
    into_.add(std::move(e));
  }

  /// The client's part of the journal.
  void on_event(const client::client_event& event) override;

 private:
  const net::time_source& clock_;
  reports::journal& into_;
};

}  // namespace hassle::harness
