#include "answer_cache.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::client {

answer_cache::answer_cache(const degradation_config& settings) : settings_(settings) {
  assert(settings.entries_max > 0);
}

void answer_cache::put(const std::string& key, shared_answer answer, net::time_point now) {
  if (entries_.size() >= settings_.entries_max && !entries_.contains(key)) {
    entries_.erase(
        std::min_element(entries_.begin(), entries_.end(),
                         [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
  }
  entries_.insert_or_assign(key, entry{std::move(answer), now});
}

std::optional<answer_cache::hit> answer_cache::find(const std::string& key,
                                                    net::time_point now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const net::duration age = now - found->second.at;
  if (age > settings_.ttl) return std::nullopt;
  return hit{found->second.answer, age};
}

}  // namespace hassle::client
