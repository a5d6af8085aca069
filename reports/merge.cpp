#include "reports/merge.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace hassle::reports {
namespace {

std::string part_text(std::uint32_t number, std::uint32_t count) {
  return fmt::format("{}/{}", number, count);
}

bool same_subject(const cell& a, const cell& b) {
  return a.scenario == b.scenario && a.client == b.client && a.world == b.world;
}

// Why the second cannot be a part of what the first is a part of. Empty if it can.
std::string_view difference(const measurement& a, const measurement& b) {
  if (a.tool_version != b.tool_version) return "another version of hassle wrote it";
  if (a.part.count != b.part.count) return "it is one of another number of shards";
  if (a.kind != b.kind || a.against != b.against) return "it asks another question";
  if (a.scenarios != b.scenarios) return "its scenarios are others";
  if (!std::ranges::equal(a.cells, b.cells, same_subject)) return "its clients are others";
  if (a.part.plan != b.part.plan) {
    return "its scenarios, clients or seeds have the same names and are others";
  }
  if (a.part.keeps_runs != b.part.keeps_runs || a.part.keeps_wire != b.part.keeps_wire) {
    return "one of the two keeps what happened in its runs, or on the wire, and the other not";
  }
  return {};
}

std::optional<std::string> find_stranger(std::span<const shard_file> shards) {
  for (const shard_file& each : shards.subspan(1)) {
    const std::string_view why = difference(shards.front().of, each.of);
    if (why.empty()) continue;
    return fmt::format("{} does not belong to {}: {}", printable(each.name),
                       printable(shards.front().name), why);
  }
  return std::nullopt;
}

// Of shards in the order of their numbers.
std::optional<std::string> find_double(std::span<const shard_file> shards) {
  const auto found = std::ranges::adjacent_find(
      shards, {}, [](const shard_file& each) { return each.of.part.number; });
  if (found == shards.end()) return std::nullopt;
  return fmt::format("shard {} is there twice: {} and {}",
                     part_text(found->of.part.number, found->of.part.count), printable(found->name),
                     printable(std::next(found)->name));
}

// More are not named.
constexpr std::size_t named_max = 16;

std::optional<std::string> find_gap(std::span<const shard_file> shards) {
  const std::uint32_t count = shards.front().of.part.count;
  if (shards.size() == count) return std::nullopt;
  std::string names;
  std::size_t named = 0;
  for (std::uint32_t number = 1; number <= count && named < named_max; ++number) {
    const bool there = std::ranges::any_of(
        shards, [&](const shard_file& each) { return each.of.part.number == number; });
    if (there) continue;
    names += (named == 0 ? "" : ", ") + part_text(number, count);
    ++named;
  }
  const std::size_t missing = count - shards.size();
  return fmt::format(
      "{} missing: {}{}",
      missing == 1 ? std::string("a shard is") : fmt::format("{} shards are", missing), names,
      missing > named ? ", …" : "");
}

std::optional<std::string> find_flaw(std::span<const shard_file> shards) {
  if (auto stranger = find_stranger(shards)) return stranger;
  if (auto twice = find_double(shards)) return twice;
  return find_gap(shards);
}

void add_runs(cell& into, cell& from) {
  std::ranges::move(from.runs, std::back_inserter(into.runs));
  into.complete = into.complete && from.complete;
}

bool is_of(const kept_run& run, const cell& c) {
  return run.context.scenario == c.scenario && run.context.client == c.client &&
         run.context.world == c.world;
}

// How a run is chosen among those of its cell: what the whole would have kept.
std::uint64_t worth_of(const kept_run& kept, const cell& all) {
  const auto run = std::ranges::find(all.runs, kept.context.seed, &run_figures::seed);
  return run == all.runs.end() ? 0 : worth_keeping(*run, all.layers);
}

// The runs kept of all shards, at most one of a cell, in the order of cells.
std::vector<kept_run> choose_kept(const std::vector<cell>& cells, std::vector<shard_file>& shards) {
  std::vector<kept_run> chosen;
  for (const cell& each : cells) {
    kept_run* best = nullptr;
    std::uint64_t worth = 0;
    for (shard_file& shard : shards) {
      for (kept_run& run : shard.of.kept) {
        if (!is_of(run, each)) continue;
        const std::uint64_t its = worth_of(run, each);
        const bool better = best == nullptr || its > worth ||
                            (its == worth && run.context.seed < best->context.seed);
        if (!better) continue;
        best = &run;
        worth = its;
      }
    }
    if (best != nullptr) chosen.push_back(std::move(*best));
  }
  return chosen;
}

}  // namespace

std::expected<measurement, std::string> merge(std::vector<shard_file> shards) {
  assert(!shards.empty());
  if (auto stranger = find_stranger(shards)) return std::unexpected(*std::move(stranger));
  std::ranges::stable_sort(shards, {}, [](const shard_file& s) { return s.of.part.number; });
  if (auto flaw = find_flaw(shards)) return std::unexpected(*std::move(flaw));
  std::vector<cell> cells = std::move(shards.front().of.cells);
  bool interrupted = false;
  for (shard_file& each : shards) {
    interrupted = interrupted || each.of.interrupted;
    if (&each == &shards.front()) continue;
    for (std::size_t i = 0; i < cells.size(); ++i) add_runs(cells[i], each.of.cells[i]);
  }
  for (cell& each : cells) std::ranges::sort(each.runs, {}, &run_figures::seed);
  std::vector<kept_run> kept = choose_kept(cells, shards);
  measurement whole = std::move(shards.front().of);
  whole.cells = std::move(cells);
  whole.kept = std::move(kept);
  whole.interrupted = interrupted;
  whole.part.number = 1;
  whole.part.count = 1;
  return whole;
}

}  // namespace hassle::reports
