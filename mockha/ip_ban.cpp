#include "mockha/ip_ban.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace hassle::mockha {

ip_ban::ip_ban(ip_ban_settings settings) : settings_(settings) {
  assert(settings_.addresses_max > 0);
}

bool ip_ban::is_banned(std::string_view address) const {
  return bans_.find(address) != bans_.end();
}

ip_ban::count& ip_ban::at(book& in, std::string_view address) {
  if (const auto found = in.find(address); found != in.end()) return found->second;
  if (in.size() >= settings_.addresses_max) {
    in.erase(std::ranges::min_element(in, {}, [](const auto& e) { return e.second.number; }));
  }
  return in.emplace(address, count{.number = next_number_++, .failed = 0}).first->second;
}

bool ip_ban::on_failed_login(std::string_view address) {
  if (!settings_.enabled || settings_.login_attempts_threshold < 1) return false;
  count& counted = at(counts_, address);
  if (counted.failed < std::numeric_limits<int>::max()) ++counted.failed;
  if (counted.failed < settings_.login_attempts_threshold || is_banned(address)) return false;
  ban(address);
  return true;
}

void ip_ban::on_good_login(std::string_view address) {
  if (const auto found = counts_.find(address); found != counts_.end()) counts_.erase(found);
}

void ip_ban::ban(std::string_view address) {
  if (settings_.enabled) (void)at(bans_, address);
}

bool ip_ban::lift(std::string_view address) {
  on_good_login(address);
  const auto found = bans_.find(address);
  if (found == bans_.end()) return false;
  bans_.erase(found);
  return true;
}

void ip_ban::lift_all() {
  counts_.clear();
  bans_.clear();
}

std::vector<ip_ban::entry> ip_ban::list() const {
  std::map<std::string, entry> all;
  for (const auto& [address, counted] : counts_) {
    all[address] = {.address = address, .failed_logins = counted.failed, .banned = false};
  }
  for (const auto& [address, counted] : bans_) {
    entry& e = all[address];
    e.address = address;
    e.banned = true;
  }
  std::vector<entry> sorted;
  sorted.reserve(all.size());
  for (auto& [address, e] : all) sorted.push_back(std::move(e));
  return sorted;
}

}  // namespace hassle::mockha
