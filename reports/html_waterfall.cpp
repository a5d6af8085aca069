#include "reports/html_text.hpp"
#include "reports/html_view.hpp"
#include "reports/recovery_stages.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

using kainjow::mustache::data;

/// With fewer recoveries these quantiles by nearest rank are the longest one.
constexpr std::uint64_t recoveries_for_p90 = 10;
constexpr std::uint64_t recoveries_for_p99 = 100;

using shown_stages = std::array<bool, recovery_stage_count>;

/// The client that is asked about first, then what it is held against.
int rank_of(const report& r, const html_group& group, const summary& s) {
  if (r.of.again.client_files.contains(s.client)) return 0;
  if (s.client == "production") return 1;
  if (&s == &group.runs.back()) return 2;
  return &s == &group.runs.front() ? 3 : 4;
}

/// Those with recoveries, as many as there is room for, in the order of their cells.
std::vector<const summary*> clients_of(const report& r, const html_group& group,
                                       std::size_t clients_max) {
  std::vector<const summary*> clients;
  for (const summary& s : group.runs) {
    if (!s.waterfall.empty()) clients.push_back(&s);
  }
  if (clients.size() > clients_max) {
    std::ranges::stable_sort(clients, {}, [&](const summary* s) { return rank_of(r, group, *s); });
    clients.resize(clients_max);
    std::ranges::sort(clients);  // They lie in one array.
  }
  return clients;
}

/// All kinds together first, then the slowest ones; one kind alone is all there is.
std::vector<const recovery_waterfall*> kinds_of(const summary& s, std::size_t kinds_max) {
  std::vector<const recovery_waterfall*> kinds;
  kinds.reserve(s.waterfall.size());
  for (const recovery_waterfall& each : s.waterfall) kinds.push_back(&each);
  if (kinds.size() == 2) return {kinds.back()};
  const auto mean = [](const recovery_waterfall* w) { return -w->total.mean_s; };
  std::stable_sort(kinds.begin() + 1, kinds.end(),
                   [&](const auto* a, const auto* b) { return mean(a) < mean(b); });
  if (kinds.size() > kinds_max + 1) kinds.resize(kinds_max + 1);
  return kinds;
}

struct measure {
  std::string_view name;
  double stage_times::* of;
};

std::vector<measure> measures_of(const recovery_waterfall& w) {
  std::vector<measure> all{{"mean", &stage_times::mean_s}};
  if (w.recoveries == 1) return all;
  all.push_back({"p50", &stage_times::p50_s});
  if (w.recoveries >= recoveries_for_p90) all.push_back({"p90", &stage_times::p90_s});
  if (w.recoveries >= recoveries_for_p99) all.push_back({"p99", &stage_times::p99_s});
  all.push_back({"max", &stage_times::max_s});
  return all;
}

std::string time_text(double seconds) { return seconds == 0 ? "·" : html_seconds(seconds); }

data row_of(const recovery_waterfall& w, const measure& m, const shown_stages& shown) {
  data times(data::type::list);
  const auto add = [&](const stage_times& of) {
    data one;
    one.set("time", time_text(of.*m.of));
    times << one;
  };
  add(w.total);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i]) add(w.stages[i]);
  }
  data row;
  row.set("measure", std::string(m.name));
  row.set("times", times);
  return row;
}

/// A client after one kind of fault: a row for each measure.
data block_of(const recovery_waterfall& w, std::string_view label, const shown_stages& shown) {
  data rows(data::type::list);
  const std::vector<measure> measures = measures_of(w);
  for (const measure& m : measures) {
    data row = row_of(w, m, shown);
    if (&m == &measures.front()) {
      data head;
      head.set("of_what",
               fmt::format("{}, {}", label,
                           w.fault_kind.empty() ? "all faults" : printable(w.fault_kind)));
      head.set("how_often", grouped(w.recoveries) + " ×");
      head.set("rows_of_it", std::to_string(measures.size()));
      row.set("block", head);
    }
    rows << row;
  }
  std::vector<std::string> means;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i]) means.push_back(fmt::format("{:.3g}", w.stages[i].mean_s));
  }
  data block;
  block.set("means", fmt::format("{}", fmt::join(means, " ")));
  block.set("measures", rows);
  return block;
}

std::string left_out_text(const html_group& group, std::size_t clients, std::size_t kinds,
                          std::size_t kinds_max) {
  const auto with =
      std::ranges::count_if(group.runs, [](const summary& s) { return !s.waterfall.empty(); });
  std::string text;
  if (kinds > 0) {
    text = fmt::format("Of each client the {} kinds of faults that took longest are shown. ",
                       kinds_max);
  }
  if (std::cmp_less(clients, with)) {
    text += fmt::format("{} of {} with recoveries are shown. ", clients,
                        counted(static_cast<std::uint64_t>(with), "client"));
  }
  return text;
}

}  // namespace

void html_set_waterfall(data& section, const report& r, const html_group& group,
                        const html_room& room) {
  const std::vector<const summary*> clients = clients_of(r, group, room.waterfalls);
  section.set("has_waterfall", !clients.empty());
  if (clients.empty()) return;
  shown_stages shown{};
  for (const summary* s : clients) {
    for (std::size_t i = 0; i < shown.size(); ++i) {
      shown[i] = s->waterfall.front().stages[i].occurred > 0 || shown[i];
    }
  }
  data heads(data::type::list);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!shown[i]) continue;
    data head;
    head.set("stage", std::string(recovery_stages()[i].words));
    heads << head;
  }
  section.set("stages", heads);
  data blocks(data::type::list);
  std::size_t kinds_left_out = 0;
  for (const summary* s : clients) {
    const auto kinds = kinds_of(*s, room.kinds);
    if (kinds.size() > 1) kinds_left_out += s->waterfall.size() - kinds.size();
    for (const recovery_waterfall* each : kinds) {
      blocks << block_of(*each, client_label(s->client, group.runs.front().client), shown);
    }
  }
  section.set("waterfall", blocks);
  html_set_some(section, "waterfall_left_out",
                left_out_text(group, clients.size(), kinds_left_out, room.kinds));
}

}  // namespace hassle::reports
