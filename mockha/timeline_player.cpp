#include "mockha/timeline_player.hpp"

#include <utility>

namespace hassle::mockha {

timeline_player::timeline_player(net::time_source& time,
                                 const std::vector<scenario::planned_fault>& occurrences,
                                 net::duration length, performer perform)
    : time_(time),
      tape_(occurrences, length, time.now()),
      perform_(std::move(perform)),
      timer_(time) {
  arm();
}

// What has come due and was not performed yet comes before what is asked for now.

void timeline_player::pause() {
  play(tape_.due(time_.now()));
  tape_.pause(time_.now());
  arm();
}

void timeline_player::resume() {
  tape_.resume(time_.now());
  arm();
}

void timeline_player::step() {
  play(tape_.due(time_.now()));
  play(tape_.step(time_.now()));
  arm();
}

void timeline_player::restart() {
  play(tape_.restart(time_.now()));
  arm();
}

void timeline_player::play(const std::vector<timeline_step>& steps) {
  for (const auto& each : steps) perform_(each);
}

void timeline_player::arm() {
  timer_.call_at(tape_.deadline(), [this] {
    play(tape_.due(time_.now()));
    arm();
  });
}

}  // namespace hassle::mockha
