#include "harness/relay/relay_flow.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

using scenario::expiry_style;

relay_flow::relay_flow(relay_line& line, direction way, std::uint64_t jitter,
                       const relay_settings& settings, const tcp_settings& tcp)
    : line_(&line),
      way_(way),
      settings_(settings),
      tcp_(tcp),
      random_(jitter),
      buffer_(std::make_unique_for_overwrite<char[]>(settings.buffer)) {  // NOLINT(*-c-arrays)
  assert(settings.buffer > 0 && settings.read > 0 && settings.segments > 0);
}

std::span<char> relay_flow::stored(std::uint64_t from, std::size_t bytes) noexcept {
  const std::size_t at = from % settings_.buffer;
  return {buffer_.get() + at, std::min(bytes, settings_.buffer - at)};
}

std::span<char> relay_flow::space() noexcept {
  if (segments_.size() >= settings_.segments) return {};
  // Bytes that follow each other closely use the same, warm part of the buffer.
  if (held() == 0) delivered_ = passed_ = decided_ = taken_ = 0;
  return stored(taken_, std::min(settings_.buffer - held(), settings_.read));
}

link::sender relay_flow::sender() const noexcept {
  return {.end = static_cast<std::size_t>(way_), .who = line_->way(), .way = way_};
}

void relay_flow::took(std::size_t bytes, net::time_point now) {
  assert(bytes > 0 && held() + bytes <= settings_.buffer);
  if (line_->ending() == expiry_style::fin) {
    refused_ = true;
    return;
  }
  if (shape_ && line_->ending()) return;  // Nobody will see them.
  const std::span<char> read = stored(taken_, bytes);
  taken_ += bytes;
  if (shape_) {
    shape_->took(read, now, portions_);
    add_portions(now);
    return;
  }
  add(cargo::data, bytes, now);
}

void relay_flow::finish(net::time_point now) {
  net::duration delay{};
  if (shape_ && !line_->ending()) {
    delay = shape_->finish(now, portions_);
    add_portions(now);
  }
  if (!late_.empty()) last_arrival_ = std::max(last_arrival_, late_.rbegin()->first);
  add(cargo::fin, 0, now, delay);
}

void relay_flow::broke(net::time_point now) { add(cargo::reset, 0, now); }

relay_flow::segment& relay_flow::add(cargo what, std::size_t bytes, net::time_point now,
                                     net::duration added) {
  decided_ += bytes;
  const link::passage p = line_->path().transmit(bytes, sender(), now, random_);
  segment next{.bytes = bytes,
               .departs = p.departs,
               .arrives = std::max(p.arrives + added, last_arrival_),
               .what = what,
               .slice = 0,
               .gap = {},
               .added = added};
  last_arrival_ = next.arrives;
  if (const active_faults* active = line_->path().faults()) {
    note_delays(*active, bytes);
    const active_fault* slicing = active->slices(line_->way(), way_);
    if (slicing != nullptr) {
      const auto& slice = std::get<scenario::slice_fault>(slicing->what);
      if (bytes > slice.bytes) {
        line_->hit(*slicing);
        next.slice = slice.bytes;
        next.gap = slice.gap;
        last_arrival_ += slice.gap * static_cast<net::duration::rep>((bytes - 1) / slice.bytes);
      }
    }
  }
  segments_.push_back(next);
  return segments_.back();
}

void relay_flow::note_delays(const active_faults& active, std::size_t bytes) {
  using namespace scenario;
  active.for_each<latency_fault>(
      line_->way(), [&](const active_fault& fault, const latency_fault&) { line_->hit(fault); });
  if (bytes == 0) return;
  active.for_each<throttle_fault>(line_->way(),
                                  [&](const active_fault& fault, const throttle_fault& throttle) {
                                    if (concerns(throttle.direction, way_)) line_->hit(fault);
                                  });
}

relay_step relay_flow::step(net::time_point now) {
  using enum relay_step::kind;
  if (spoken_ < speaking_.size()) {
    return {.what = deliver, .bytes = std::span<const char>(speaking_).subspan(spoken_)};
  }
  if (passed_ == delivered_) pass_due(now);
  if (passed_ == delivered_ && late_is_due(now) && !line_->ending()) {
    speaking_ = std::move(late_.extract(late_.begin()).mapped());
    spoken_ = 0;
    return {.what = deliver, .bytes = speaking_};
  }
  // What has passed arrives, whatever ends the connection behind it.
  if (passed_ > delivered_) {
    const auto bytes = stored(delivered_, static_cast<std::size_t>(passed_ - delivered_));
    return {.what = deliver, .bytes = bytes};
  }
  if (line_->ending()) return step_after_end();
  if (retry_) {
    if (again_ != net::never) return wait_until(again_);
    if (retry_->exhausted(now, tcp_.give_up)) return {.what = give_up};
    return wait_until(retry_->due());
  }
  if (segments_.empty()) {
    return at_boundary_ && !late_.empty() ? wait_until(net::never) : relay_step{};
  }
  const segment first = segments_.front();
  if (first.arrives > now) return wait_until(first.arrives);
  assert(first.what == cargo::fin || first.what == cargo::reset);
  segments_.pop_front();
  return {.what = first.what == cargo::fin ? finish : reset};
}

relay_step relay_flow::step_after_end() noexcept {
  using enum relay_step::kind;
  if (*line_->ending() == expiry_style::silent) return {};
  segments_.clear();
  late_.clear();
  taken_ = decided_ = passed_;
  if (*line_->ending() == expiry_style::reset) return {.what = reset};
  if (refused_) return {.what = refuse};
  if (fin_told_) return {};
  fin_told_ = true;
  return {.what = finish};
}

/// Lets through what has arrived: a slice by itself, everything else together. The sender waits for
/// one acknowledgement of all of it.
void relay_flow::pass_due(net::time_point now) {
  if (line_->ending()) return;
  const bool again = retry_.has_value();
  if (again) {
    if (!arrives_again(now)) return;
    retry_.reset();
    unacknowledged_ = false;
    // What is behind it had arrived, and waited for it.
    for (segment& each : segments_) each.arrives = std::min(each.arrives, now);
  }
  const net::time_point sent = segments_.empty() || again ? now : segments_.front().departs;
  if (!pass_arrived(now, again) || acknowledged()) return;
  unacknowledged_ = true;
  begin_retry(sent);
}

/// Whether anything has arrived that wants an acknowledgement; nobody cares for that of a FIN.
/// `again`: the first segment has, and may be one that had been there before.
bool relay_flow::pass_arrived(net::time_point now, bool again) {
  bool arrived = again;
  for (bool asked = again; !line_->ending() && !segments_.empty(); asked = false) {
    const segment first = segments_.front();
    if (late_is_due(now) || first.arrives > now) break;
    const bool in_order = first.what == cargo::data || first.what == cargo::cut;
    if (!in_order && passed_ != delivered_) break;  // What is before it is written first.
    if (first.what == cargo::lost || first.what == cargo::cut) {
      skip_first();
      continue;
    }
    if (!asked && swallowed(piece(first))) {
      if (first.what == cargo::reset) {
        segments_.pop_front();  // It is sent once.
      } else {
        begin_retry(again ? now : first.departs);
      }
      break;
    }
    if (first.what == cargo::fin || first.what == cargo::reset) return false;  // For `step`.
    arrived = true;
    if (first.what == cargo::opening) {
      segments_.pop_front();
    } else if (!pass_first()) {
      break;
    }
  }
  return arrived;
}

/// Whether what is sent again is there, and its sender may learn of it.
bool relay_flow::arrives_again(net::time_point now) {
  for (;;) {
    if (again_ == net::never) {
      if (retry_->due() > now || retry_->exhausted(now, tcp_.give_up)) return false;
      retry_->sent(now);
      again_ = line_->path().transmit(0, sender(), now, random_).arrives;
    }
    if (again_ > now) return false;
    again_ = net::never;
    const bool there = !swallowed(segments_.empty() ? 0 : piece(segments_.front()));
    if (there && (!unacknowledged_ || acknowledged())) return true;
  }
}

void relay_flow::begin_retry(net::time_point sent) {
  retry_.emplace(tcp_, sent, line_->path().round_trip(line_->way()));
  again_ = net::never;
}

/// Whether so many bytes find nobody at this instant: a fault takes them, or the receiver sleeps.
bool relay_flow::swallowed(std::size_t bytes) {
  const active_faults* active = line_->path().faults();
  const active_fault* by = nullptr;
  if (active != nullptr) by = active->swallows(line_->way(), way_, bytes, line_->dice());
  if (by != nullptr) line_->hit(*by);
  slept_ = by == nullptr && line_->asleep(way_);
  return by != nullptr || slept_;
}

void relay_flow::thaw(net::time_point now) noexcept {
  if (std::exchange(slept_, false) && retry_) again_ = now;
}

/// Whether the sender learns that something has arrived at this instant.
bool relay_flow::acknowledged() {
  const active_faults* active = line_->path().faults();
  if (active == nullptr) return true;
  const active_fault* by =
      active->swallows_acknowledgement(line_->way(), opposite(way_), line_->dice());
  if (by != nullptr) line_->hit(*by);
  return by == nullptr;
}

/// The first piece of the first segment arrives. False if nothing more may join it.
bool relay_flow::pass_first() {
  segment& first = segments_.front();
  std::size_t bytes = piece(first);
  const bool sliced = first.slice > 0;
  const active_faults* active = line_->path().faults();
  std::optional<byte_limits::cut> due;
  if (active != nullptr) due = line_->limits().within(*active, line_->way(), bytes);
  if (due) bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, due->room));
  if (active != nullptr && bytes > 0) {
    active->corrupt(line_->way(), way_, stored(passed_, bytes), line_->dice(),
                    [this](const active_fault& fault) { line_->hit(fault); });
  }
  passed_ += bytes;
  line_->limits().carried(bytes);
  first.bytes -= bytes;
  first.arrives += first.gap;
  at_boundary_ = first.boundary && first.bytes == 0;
  if (first.bytes == 0) segments_.pop_front();
  if (!due) return !sliced;
  active->for_each<scenario::cut_after_fault>(
      line_->way(), [&](const active_fault& fault, const scenario::cut_after_fault& cut) {
        if (fault.number == due->fault) line_->cut(cut.how, fault);
      });
  return false;
}

std::size_t relay_flow::piece(const segment& s) noexcept {
  return s.slice > 0 ? std::min(s.slice, s.bytes) : s.bytes;
}

void relay_flow::delivered(std::size_t bytes) noexcept {
  if (spoken_ < speaking_.size()) {
    spoken_ += bytes;
    return;
  }
  assert(bytes <= passed_ - delivered_);
  delivered_ += bytes;
}

void relay_flow::hasten(net::time_point now) {
  net::time_point last = now;
  for (segment& each : segments_) {
    if (each.departs > now) {
      const link::passage p = line_->path().transmit_again(each.bytes, sender(), now);
      each.departs = p.departs;
      each.arrives = p.arrives;
    }
    each.arrives = last = std::max(each.arrives, last);
  }
  if (!segments_.empty()) last_arrival_ = last;
}

// ---- What a shape decides --------------------------------------------------------------------

void relay_flow::shape(std::unique_ptr<flow_shape> by, net::time_point now) {
  assert(by && taken_ == 0 && settings_.buffer > flow_shape::undecided_max);
  shape_ = std::move(by);
  shape_->begin(now, portions_);
  add_portions(now);
}

void relay_flow::reshape(net::time_point now) {
  if (!shape_ || line_->ending()) return;
  std::erase_if(segments_, [](const segment& s) {
    return s.what == cargo::cut && s.bytes == 0 && s.added > net::duration{};
  });
  last_arrival_ = now;
  for (segment& each : segments_) {
    each.arrives = last_arrival_ = std::max(last_arrival_, each.arrives - each.added);
    each.added = {};
  }
  std::multimap<net::time_point, std::string> at_once;
  for (auto& [due, message] : late_) at_once.emplace(now, std::move(message));
  late_ = std::move(at_once);
  shape_->changed(now, portions_);
  add_portions(now);
}

void relay_flow::add_portions(net::time_point now) {
  for (const flow_portion& next : portions_) add_portion(next, now);
  portions_.clear();
}

void relay_flow::add_portion(const flow_portion& next, net::time_point now) {
  using enum flow_portion::fate;
  assert(decided_ + next.bytes <= taken_);
  if (next.what == late) keep_for_later(next.bytes, next.delay, now);
  for (std::size_t left = next.bytes; left > 0;) {
    const std::size_t some = stored(decided_, left).size();  // It may wrap around.
    left -= some;
    segment& added =
        next.what == pass ? add(cargo::data, some, now, next.delay) : add(cargo::lost, some, now);
    added.boundary = left == 0 && next.boundary;
  }
  if (!next.cut) return;
  segment& cut = add(cargo::cut, 0, now, next.delay);
  cut.how = *next.cut;
  cut.by = next.by;
}

void relay_flow::keep_for_later(std::size_t bytes, net::duration delay, net::time_point now) {
  std::string kept;
  kept.reserve(bytes);
  for (std::uint64_t from = decided_; from < decided_ + bytes;) {
    const auto some = stored(from, static_cast<std::size_t>(decided_ + bytes - from));
    kept.append(some.data(), some.size());
    from += some.size();
  }
  const net::time_point due = now + line_->path().one_way(line_->way()) + delay;
  late_.emplace(std::max(due, late_.empty() ? due : late_.rbegin()->first), std::move(kept));
}

bool relay_flow::late_is_due(net::time_point now) const noexcept {
  return at_boundary_ && !late_.empty() && late_.begin()->first <= now;
}

/// Also for a late message, if one may come in between here.
relay_step relay_flow::wait_until(net::time_point at) const noexcept {
  if (at_boundary_ && !late_.empty()) at = std::min(at, late_.begin()->first);
  return {.what = relay_step::kind::wait, .until = at};
}

/// The first segment is one that nobody receives.
void relay_flow::skip_first() {
  const segment first = segments_.front();
  segments_.pop_front();
  if (first.what == cargo::cut) return cut_here(first);
  passed_ += first.bytes;
  delivered_ += first.bytes;
}

void relay_flow::cut_here(const segment& at) {
  const active_fault by{.number = at.by, .name = shape_->name_of(at.by), .what = {}};
  line_->cut(at.how, by);
}

}  // namespace hassle::harness
