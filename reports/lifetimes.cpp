#include "reports/lifetimes.hpp"

#include <algorithm>
#include <map>

namespace hassle::reports {

std::vector<std::chrono::nanoseconds> lifetimes(const journal& j,
                                                std::chrono::nanoseconds end_of_run) {
  std::vector<std::chrono::nanoseconds> ended;
  std::map<std::uint32_t, std::chrono::nanoseconds> alive;  // Connection, and when it became ready.
  const auto end_all = [&](std::chrono::nanoseconds at) {
    for (const auto& [connection, since] : alive) ended.push_back(at - since);
    alive.clear();
  };
  for (const event& e : j.events()) {
    switch (e.kind) {
      using enum event_kind;
      case client_ready:
        alive.try_emplace(e.connection, e.at);
        break;
      case client_closed:
      case server_closed:
      case connection_cut:
        if (const auto found = alive.find(e.connection); found != alive.end()) {
          ended.push_back(e.at - found->second);
          alive.erase(found);
        }
        break;
      case process_stopped:
        end_all(e.at);
        break;
      default:
        break;
    }
  }
  // A journal's last event may lie behind the planned end, if the run was drained.
  const auto last = j.events().empty() ? end_of_run : std::max(end_of_run, j.events().back().at);
  end_all(last);
  return ended;
}

}  // namespace hassle::reports
