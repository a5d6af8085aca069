#include "mockha/login_flow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::mockha {

login_flows::login_flows(net::random_stream random, limits l) : random_(random), limits_(l) {
  assert(limits_.flows_max > 0);
}

std::string login_flows::begin(std::string_view address) {
  if (flows_.size() >= limits_.flows_max) {
    flows_.erase(
        std::ranges::min_element(flows_, {}, [](const auto& f) { return f.second.number; }));
  }
  const auto high = random_();
  const auto low = random_();
  std::string id = fmt::format("{:016x}{:016x}", high, low);
  flows_.emplace(id, begun{.number = next_number_++, .address = std::string(address)});
  return id;
}

login_flows::step login_flows::enter(std::string_view flow, std::string_view address,
                                     std::string_view name, std::string_view password,
                                     const token_store& tokens) {
  const auto found = flows_.find(flow);
  if (found == flows_.end()) return {.what = verdict::unknown_flow};
  if (found->second.address != address) return {.what = verdict::other_address};
  const user* who = tokens.check_password(name, password);
  if (!who) return {.what = verdict::wrong};
  flows_.erase(found);
  return {.what = verdict::good, .who = who};
}

bool login_flows::abort(std::string_view flow) {
  const auto found = flows_.find(flow);
  if (found == flows_.end()) return false;
  flows_.erase(found);
  return true;
}

}  // namespace hassle::mockha
