#include "mockha/active_faults.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace hassle::mockha {

namespace {

struct kind_of_server_fault {
  using answer = std::optional<fault_kind>;
  answer operator()(const scenario::restart_fault&) const { return fault_kind::restart; }
  answer operator()(const scenario::stall_fault&) const { return fault_kind::stall; }
  answer operator()(const scenario::slow_fault&) const { return fault_kind::slow; }
  answer operator()(const scenario::drop_fault&) const { return fault_kind::drop; }
  answer operator()(const scenario::lose_answer_fault&) const { return fault_kind::lose_answer; }
  answer operator()(const scenario::refuse_fault&) const { return fault_kind::refuse; }
  answer operator()(const auto&) const { return std::nullopt; }
};

}  // namespace

std::optional<fault_kind> server_fault(const scenario::fault_parameters& what) {
  return std::visit(kind_of_server_fault{}, what);
}

void active_faults::begin(fault_kind kind, const scenario::fault& f,
                          const scenario::planned_fault& planned) {
  const auto* lose = std::get_if<scenario::lose_answer_fault>(&f.what);
  faults_.push_back({.kind = kind,
                     .number = planned.number,
                     .name = f.name,
                     .before_execution = lose && lose->before_execution,
                     .delay = kind == fault_kind::slow ? planned.amount : net::duration{},
                     .hit = {}});
}

std::optional<fault_kind> active_faults::end(std::uint32_t number) {
  const auto found = std::ranges::find(faults_, number, &active::number);
  if (found == faults_.end()) return std::nullopt;
  const fault_kind kind = found->kind;
  if (kind == fault_kind::stall) past_stalls_.push_back(std::move(*found));
  faults_.erase(found);
  return kind;
}

command_verdict active_faults::judge(std::uint32_t, std::uint64_t, std::string_view,
                                     std::string_view) {
  if (answers() == answer_rule::lose_before) return swallow_it{};
  return run_it{};
}

bool active_faults::any(fault_kind kind) const noexcept {
  return std::ranges::find(faults_, kind, &active::kind) != faults_.end();
}

answer_rule active_faults::answers() const noexcept {
  answer_rule rule = answer_rule::pass;
  for (const auto& fault : faults_) {
    if (fault.kind != fault_kind::lose_answer) continue;
    if (fault.before_execution) return answer_rule::lose_before;
    rule = answer_rule::lose_after;
  }
  return rule;
}

net::duration active_faults::delay() const noexcept {
  net::duration sum{};
  for (const auto& fault : faults_) sum += fault.delay;
  return sum;
}

void active_faults::hit_once(active& fault, std::uint32_t connection, std::vector<hit>& hits) {
  if (fault.hit.insert(connection).second) hits.push_back({fault.number, fault.name});
}

std::vector<active_faults::hit> active_faults::first_hits(fault_kind kind,
                                                          std::uint32_t connection) {
  std::vector<hit> hits;
  for (auto& fault : faults_) {
    if (fault.kind == kind) hit_once(fault, connection, hits);
  }
  return hits;
}

active_faults::hit active_faults::taker_of_answers() const {
  const bool before = answers() == answer_rule::lose_before;
  for (const auto& fault : faults_) {
    if (fault.kind == fault_kind::lose_answer && fault.before_execution == before) {
      return {fault.number, fault.name};
    }
  }
  return {};
}

std::vector<active_faults::hit> active_faults::first_hits_of_past_stalls(std::uint32_t connection) {
  std::vector<hit> hits;
  for (auto& fault : past_stalls_) hit_once(fault, connection, hits);
  return hits;
}

}  // namespace hassle::mockha
