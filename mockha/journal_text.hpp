#pragma once

#include "mockha/admin.hpp"
#include "mockha/journal_feed.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace hassle::mockha {

/// A feed as the text of one listener: JSON lines, or Server-Sent Events.
///
///   {"i":17,"t":1234567890,"e":"server_accepted","c":3}
///   {"missed":{"from":18,"to":240}}
///
/// The feed must outlive it. Thread-safety: single-threaded.
class journal_text {
 public:
  journal_text(const journal_feed& feed, const journal_wish& wish);

  /// The listener's next event is not here any more.
  [[nodiscard]] bool behind() const noexcept { return number_ < feed_.first(); }
  /// There is nothing to be told at present.
  [[nodiscard]] bool done() const noexcept { return number_ >= feed_.next(); }
  /// The number of the next event to be told.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

  /// What comes next: at least an event, if there is one, and no more than one beyond `bytes`. Says
  /// first what was missed.
  [[nodiscard]] std::string next(std::size_t bytes);
  /// What says nothing but that the listener is not forgotten.
  [[nodiscard]] std::string nothing() const { return events_ ? ": still here\n\n" : "\n"; }

 private:
  const journal_feed& feed_;
  std::uint64_t number_;
  bool events_;
};

}  // namespace hassle::mockha
