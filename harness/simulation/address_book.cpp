#include "harness/simulation/address_book.hpp"

#include "scenarios/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

using scenario::address_family;

const way& address_book::add_host(host& added, const std::string& name) {
  const std::size_t index = first_.size();
  assert(!names_.contains(name));
  way& made = ways_.emplace_back();
  made.endpoint = scenario::local_endpoint;
  made.to = &added;
  made.v4 = &make_place(fmt::format("10.0.{}.{}", index / 250, index % 250 + 1), address_family::v4,
                        made);
  if (ipv6_) made.v6 = &make_place(fmt::format("fd00::{:x}", index + 1), address_family::v6, made);
  names_[name] = &made;
  first_.push_back(&made);
  return made;
}

void address_book::add_name(std::string name, const way& target) {
  const auto found = std::ranges::find_if(ways_, [&](const way& w) { return &w == &target; });
  assert(found != ways_.end());
  found->named = true;
  names_[std::move(name)] = &*found;
}

const way& address_book::add_way(std::string name, host& target,
                                 std::optional<net::duration> latency) {
  assert(!names_.contains(name) && name != scenario::local_endpoint);
  way& made = ways_.emplace_back();
  made.endpoint = name;
  made.number = ways_.size();
  made.to = &target;
  made.latency = latency;
  made.named = true;
  made.v4 = &new_place(address_family::v4, made);
  if (ipv6_) made.v6 = &new_place(address_family::v6, made);
  names_[std::move(name)] = &made;
  return made;
}

const way* address_book::named(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

place* address_book::at_address(const std::string& address) {
  const auto found = places_.find(address);
  return found == places_.end() ? nullptr : &found->second;
}

void address_book::move(way& which, address_family family, std::uint32_t fault) {
  const bool six = family == address_family::v6;
  place*& now = six ? which.v6 : which.v4;
  if (now == nullptr) return;
  now->vacant = true;
  now->vacated_by = fault;
  (six ? which.former_v6 : which.former_v4) = now;
  now = &new_place(family, which);
  which.moved_by = fault;
}

place& address_book::vacancy(const way& which, address_family family, std::uint32_t fault) {
  const auto found = std::ranges::find_if(ways_, [&](const way& w) { return &w == &which; });
  assert(found != ways_.end() && which.at(family) != nullptr);
  place*& former = family == address_family::v6 ? found->former_v6 : found->former_v4;
  if (former == nullptr) former = &new_place(family, which);
  former->vacant = true;
  former->vacated_by = fault;
  return *former;
}

place& address_book::make_place(std::string address, address_family family, const way& on) {
  const auto [made, added] = places_.try_emplace(address, place{address, family, &on});
  assert(added);
  return made->second;
}

place& address_book::new_place(address_family family, const way& on) {
  const std::uint32_t n = ++further_;
  if (family == address_family::v6) return make_place(fmt::format("fd01::{:x}", n), family, on);
  return make_place(fmt::format("10.{}.{}.{}", 1 + n / 62500, n / 250 % 250, n % 250 + 1), family,
                    on);
}

}  // namespace hassle::harness
