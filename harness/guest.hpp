#pragma once

#include "harness/recorder.hpp"
#include "harness/subject.hpp"
#include "reports/journal.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

namespace hassle::harness {

/// Makes the client under test of a household where it is not ours, and sees what it does.
///
/// Thread-safety: single-threaded.
class guest {
 public:
  /// What it lives in. All of it outlives the subjects.
  struct room {
    net::time_source& clock;  ///< Of the run.
    recorder& record;
    const scenario::scenario& lives_in;
  };

  /// A new life; its boot comes next.
  [[nodiscard]] virtual std::unique_ptr<subject> make_subject(room in) = 0;
  /// Network or server have seen something, which has been recorded. What the client did, by that.
  [[nodiscard]] virtual std::vector<reports::event> on_seen(const reports::event& seen) = 0;
  /// Its machine is gone: its connections are, too, and their peers are not told.
  virtual void lose_connections() = 0;
  /// The last life has ended. Ends what is left.
  [[nodiscard]] virtual boost::asio::awaitable<void> leave() = 0;

 protected:
  ~guest() = default;
};

}  // namespace hassle::harness
