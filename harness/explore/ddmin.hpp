#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace hassle::harness::explore {

/// Delta debugging (Zeller and Hildebrandt 2002, "ddmin"): the items that are left of a list for
/// which `fails` holds, in their order, when every part that is not needed is taken away. No single
/// one of them can be taken away then; unless `fails` gives up (says no from some call on).
///
/// `fails` is never asked about the whole list, which is known to fail, and about the empty one
/// first.
template <class Item>
[[nodiscard]] std::vector<Item> ddmin(std::vector<Item> items,
                                      const std::function<bool(const std::vector<Item>&)>& fails) {
  if (items.empty() || fails({})) return {};
  std::size_t parts = 2;
  while (items.size() >= 2) {
    parts = std::min(parts, items.size());
    bool smaller = false;
    // From the back: what comes last is least often the cause.
    for (std::size_t n = parts; n-- > 0 && !smaller;) {
      const std::size_t from = items.size() * n / parts;
      const std::size_t to = items.size() * (n + 1) / parts;
      std::vector<Item> rest(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(from));
      rest.insert(rest.end(), items.begin() + static_cast<std::ptrdiff_t>(to), items.end());
      if (rest.empty() || !fails(rest)) continue;
      items = std::move(rest);
      parts = std::max<std::size_t>(parts - 1, 2);
      smaller = true;
    }
    if (smaller) continue;
    if (parts >= items.size()) break;
    parts *= 2;
  }
  return items;
}

}  // namespace hassle::harness::explore
