#pragma once

#include "mockha/action.hpp"

#include "scenarios/server_faults.hpp"

#include <hassle/net/time.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace hassle::mockha {

/// A fault's end of a connection.
struct hang_up {
  scenario::ending_style how{};
  std::uint16_t code = 1000;
  std::string why;
};

/// What is to go out on a connection at a later time: answers of services that take their time,
/// and everything while the server is slow. In the order of time, then of arrival.
class answer_queue {
 public:
  struct item {
    net::time_point at{};
    std::uint64_t order = 0;
    std::uint64_t key = 0;         ///< Of the connection, as the server numbers them.
    std::uint32_t connection = 0;  ///< … and its number in the journal.
    bool decided = false;          ///< Only late; not to be judged by the rules of answers again.
    std::variant<send_text, end_session, hang_up> what;
  };

  void push(net::time_point at, std::uint64_t key, std::uint32_t connection, bool decided,
            std::variant<send_text, end_session, hang_up> what) {
    heap_.push_back({at, next_order_++, key, connection, decided, std::move(what)});
    std::ranges::push_heap(heap_, later);
  }

  /// The first item, if it is due.
  [[nodiscard]] std::optional<item> pop_due(net::time_point now) {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    std::ranges::pop_heap(heap_, later);
    std::optional<item> due = std::move(heap_.back());
    heap_.pop_back();
    return due;
  }

  /// Everything, first to last; the queue is empty then.
  [[nodiscard]] std::vector<item> take_all() {
    std::ranges::sort(heap_, [](const item& a, const item& b) { return later(b, a); });
    return std::exchange(heap_, {});
  }

  /// When the first item is due, or `never`.
  [[nodiscard]] net::time_point deadline() const noexcept {
    return heap_.empty() ? net::never : heap_.front().at;
  }
  [[nodiscard]] const std::vector<item>& items() const noexcept { return heap_; }

 private:
  static bool later(const item& a, const item& b) noexcept {
    return std::pair(a.at, a.order) > std::pair(b.at, b.order);
  }

  std::vector<item> heap_;
  std::uint64_t next_order_ = 0;
};

}  // namespace hassle::mockha
