#include "harness/proxy/toxic_stream.hpp"

#include "scenarios/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hassle::harness {

namespace {

using scenario::expiry_style;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr net::duration standstill = std::chrono::hours(24 * 365);  // Of a bandwidth of nothing.
constexpr std::size_t slices_max = 1024;  // Of one piece; its rest follows whole.

}  // namespace

toxic_stream::toxic_stream(const std::vector<toxic>& toxics, const place& at,
                           std::shared_ptr<conversation> shared, hit_teller tell)
    : toxics_(&toxics),
      at_(at),
      shared_(std::move(shared)),
      tell_(std::move(tell)),
      scanner_(*shared_, at.way) {}

toxic_stream::under& toxic_stream::state_of(const toxic& t, net::time_point now) {
  const auto [found, fresh] = states_.try_emplace(t.number);
  under& u = found->second;
  if (fresh) {
    const std::string stream = fmt::format("toxic {}/{}/{}", t.name, at_.connection,
                                           at_.way == direction::to_server ? "up" : "down");
    u.random = jitter_random(scenario::stream_seed(at_.seed, stream));
    u.since = now;
  }
  // Drawn once and for all, so that another toxicity takes more or fewer of the same.
  jitter_random chosen = jitter_random(
      scenario::stream_seed(at_.seed, fmt::format("takes {}/{}", t.name, at_.connection)));
  u.takes = chosen.chance(t.toxicity);
  return u;
}

/// Those of this direction that take this connection.
template <class Visitor>
void toxic_stream::for_each(Visitor visit) {
  for (const toxic& t : *toxics_) {
    const auto found = states_.find(t.number);
    if (found != states_.end() && found->second.takes) visit(t, found->second);
  }
}

void toxic_stream::hit(const toxic& t, under& u) {
  if (!std::exchange(u.told, true)) tell_(t, at_.connection);
}

void toxic_stream::begin(net::time_point now, std::vector<flow_portion>& out) { changed(now, out); }

void toxic_stream::changed(net::time_point now, std::vector<flow_portion>& out) {
  std::erase_if(states_, [this](const auto& known) {
    return std::ranges::find(*toxics_, known.first, &toxic::number) == toxics_->end();
  });
  for (const toxic& t : *toxics_) {
    if (t.stream == at_.way) state_of(t, now).wire_free = now;
  }
  if (!looks()) {
    scanner_.flush(units_);
    pass_units(now, out);
  }
  for_each([&](const toxic& t, under& u) {
    const auto* timeout = std::get_if<timeout_toxic>(&t.what);
    const auto* reset = std::get_if<reset_peer_toxic>(&t.what);
    if (timeout != nullptr && timeout->timeout > 0) {
      // At least a nanosecond: it is one that can be forgotten.
      const net::duration left = u.since + milliseconds(timeout->timeout) - now;
      out.push_back(
          {.delay = std::max(left, net::duration(1)), .cut = expiry_style::fin, .by = t.number});
    }
    if (reset != nullptr && u.closing) {
      out.push_back({.delay = milliseconds(reset->timeout) + net::duration(1),
                     .cut = expiry_style::reset,
                     .by = t.number});
    }
  });
}

bool toxic_stream::looks() {
  bool any = false;
  for_each([&any](const toxic& t, const under&) {
    any = any || std::holds_alternative<ha_frames_toxic>(t.what);
  });
  return any;
}

void toxic_stream::took(std::span<char> bytes, net::time_point now,
                        std::vector<flow_portion>& out) {
  scanner_.scan(bytes, looks(), units_);
  pass_units(now, out);
}

net::duration toxic_stream::finish(net::time_point now, std::vector<flow_portion>& out) {
  scanner_.flush(units_);
  pass_units(now, out);
  net::duration delay{};
  for_each([&](const toxic& t, under& u) {
    const auto* slow = std::get_if<slow_close_toxic>(&t.what);
    if (slow == nullptr) return;
    hit(t, u);
    delay += milliseconds(slow->delay);
  });
  return delay;
}

void toxic_stream::pass_units(net::time_point now, std::vector<flow_portion>& out) {
  if (!looks()) {
    // One piece, as it was read.
    flow_portion all{.bytes = 0};
    for (const scanned_unit& unit : units_) {
      all.bytes += unit.bytes;
      all.boundary = unit.ends;
    }
    if (all.bytes > 0) shape(all, now, out);
  } else {
    for (const scanned_unit& unit : units_) shape(judged(unit), now, out);
  }
  units_.clear();
}

flow_portion toxic_stream::judged(const scanned_unit& unit) {
  flow_portion made{.bytes = unit.bytes, .boundary = unit.ends};
  for_each([&](const toxic& t, under& u) { judge(unit, t, u, made); });
  return made;
}

void toxic_stream::judge(const scanned_unit& unit, const toxic& t, under& u, flow_portion& into) {
  using enum ha_frames_toxic::action;
  const auto* frames = std::get_if<ha_frames_toxic>(&t.what);
  if (frames == nullptr) return;
  if (!unit.begins) {
    if (u.in_unit && frames->what == lose) into.what = flow_portion::fate::lose;
    if (u.in_unit && frames->what == cut && unit.ends) into.cut = frames->how;
    if (into.cut) into.by = t.number;
    if (unit.ends) u.in_unit = false;
    return;
  }
  const bool meant =
      std::ranges::any_of(unit.words, [&](const std::string& w) { return frames->means(w); });
  if (!meant) return;
  ++u.passed;
  if (frames->what == cut) {
    if (u.passed != frames->after) return;
    hit(t, u);
    u.in_unit = !unit.ends;
    if (!unit.ends) return;
    into.cut = frames->how;
    into.by = t.number;
    return;
  }
  if (u.passed <= frames->after || (frames->times > 0 && u.done >= frames->times)) return;
  ++u.done;
  hit(t, u);
  if (frames->what == lose) {
    into.what = flow_portion::fate::lose;
    u.in_unit = !unit.ends;
  } else if (into.what != flow_portion::fate::lose) {
    // What is too large to be kept delays what is behind it, too.
    if (unit.ends) into.what = flow_portion::fate::late;
    into.delay += milliseconds(frames->delay);
  }
}

void toxic_stream::shape(flow_portion next, net::time_point now, std::vector<flow_portion>& out) {
  std::optional<flow_portion> behind;  // A cut that comes later than the bytes.
  for_each([&](const toxic& t, under& u) {
    const auto bytes = static_cast<std::int64_t>(next.bytes);
    if (const auto* slow = std::get_if<latency_toxic>(&t.what)) {
      std::int64_t ms = slow->latency;
      if (slow->jitter > 0) {
        const auto width = static_cast<std::uint64_t>(2 * slow->jitter + 1);
        ms += static_cast<std::int64_t>(u.random.below(width)) - slow->jitter;
      }
      next.delay += milliseconds(std::max<std::int64_t>(ms, 0));
    } else if (const auto* narrow = std::get_if<bandwidth_toxic>(&t.what)) {
      const net::duration takes =
          narrow->rate > 0 ? net::duration(bytes * 1'000'000 / narrow->rate) : standstill;
      u.wire_free = std::max(u.wire_free, now) + takes;
      next.delay += u.wire_free - now;
    } else if (std::holds_alternative<timeout_toxic>(t.what)) {
      next.what = flow_portion::fate::lose;
    } else if (const auto* reset = std::get_if<reset_peer_toxic>(&t.what)) {
      next.what = flow_portion::fate::lose;
      if (!std::exchange(u.closing, true)) {
        behind = {.delay = milliseconds(reset->timeout) + net::duration(1),
                  .cut = expiry_style::reset,
                  .by = t.number};
      }
    } else if (const auto* limit = std::get_if<limit_data_toxic>(&t.what)) {
      const std::int64_t room = std::max<std::int64_t>(limit->bytes - u.passed, 0);
      u.passed += bytes;
      if (u.passed < limit->bytes) return;
      // Behind it nothing comes any more: what is over needs no place.
      const auto over = static_cast<std::size_t>(std::max<std::int64_t>(bytes - room, 0));
      if (over > 0) {
        behind = flow_portion{.bytes = over, .what = flow_portion::fate::lose};
        next.bytes -= over;
      }
      next.cut = expiry_style::fin;
      next.by = t.number;
    } else if (!std::holds_alternative<slicer_toxic>(t.what)) {
      return;  // slow_close and ha_frames have had their say.
    }
    hit(t, u);
  });
  if (next.bytes == 0) next.what = flow_portion::fate::pass;
  slice(next, out);
  if (behind) out.push_back(*behind);
}

void toxic_stream::slice(const flow_portion& next, std::vector<flow_portion>& out) {
  flow_portion rest = next;
  for_each([&](const toxic& t, under& u) {
    const auto* slicer = std::get_if<slicer_toxic>(&t.what);
    if (slicer == nullptr || rest.what != flow_portion::fate::pass) return;
    for (std::size_t made = 0; made < slices_max; ++made) {
      const auto width = static_cast<std::uint64_t>(2 * slicer->size_variation + 1);
      const std::int64_t size = slicer->average_size - slicer->size_variation +
                                static_cast<std::int64_t>(u.random.below(width));
      const auto bytes = static_cast<std::size_t>(size);
      if (bytes >= rest.bytes) break;
      out.push_back({.bytes = bytes, .delay = rest.delay, .boundary = false});
      rest.bytes -= bytes;
      // Ever later, so that each goes out by itself.
      rest.delay += std::max<net::duration>(microseconds(slicer->delay), net::duration(1));
    }
  });
  out.push_back(rest);
}

std::string toxic_stream::name_of(std::uint32_t who) const {
  const auto found = std::ranges::find(*toxics_, who, &toxic::number);
  return found == toxics_->end() ? "a toxic" : found->name;
}

}  // namespace hassle::harness
