#pragma once

#include "reports/journal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>  // Needs gtest.h before it.

#include <algorithm>

// Arbitrary journals: any field may have any value, texts may hold any bytes; only time is in
// order.
namespace rc {

template <>
struct Arbitrary<hassle::reports::event> {
  static Gen<hassle::reports::event> arbitrary() {
    using hassle::reports::event;
    const auto kinds = static_cast<int>(hassle::reports::event_kind_count);
    return gen::build<event>(
        gen::set(&event::at, gen::map(gen::inRange<std::int64_t>(0, 1'000'000'000'000),
                                      [](std::int64_t n) { return std::chrono::nanoseconds(n); })),
        gen::set(&event::kind,
                 gen::map(gen::inRange(0, kinds),
                          [](int n) { return static_cast<hassle::reports::event_kind>(n); })),
        gen::set(&event::connection), gen::set(&event::command), gen::set(&event::value),
        gen::set(&event::text, gen::arbitrary<std::string>()));
  }
};

template <>
struct Arbitrary<hassle::reports::journal> {
  static Gen<hassle::reports::journal> arbitrary() {
    using hassle::reports::event;
    return gen::map(gen::arbitrary<std::vector<event>>(), [](std::vector<event> events) {
      std::ranges::stable_sort(events, {}, &event::at);
      hassle::reports::journal j;
      for (event& e : events) j.add(std::move(e));
      return j;
    });
  }
};

// Two journals are shown by their digests: their events would fill the screen.
template <>
struct ShowType<hassle::reports::journal> {
  static void showType(std::ostream& os) { os << "journal"; }
};

}  // namespace rc

namespace hassle::reports {
inline void showValue(const journal& j, std::ostream& os) {
  os << j.events().size() << " events, digest " << j.digest();
}
}  // namespace hassle::reports
