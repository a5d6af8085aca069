#pragma once

#include "small_world.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace hassle::client::explore {

struct limits {
  int instants = 0;            ///< Ticks that pass, but for thaws.
  unsigned faults = 0;         ///< Things that go wrong, on one way.
  duration bound{};            ///< A healthy environment has it all working again by then…
  duration bound_told{};       ///< …or by then, if a server asked for a longer wait.
  std::size_t states_max = 0;  ///< More are a failure of the test.
};

/// What an exploration came upon.
struct findings {
  std::size_t states = 0;
  std::size_t transitions = 0;
  std::array<std::size_t, happening_count> happened{};
  std::array<std::size_t, 10> phases{};  ///< States in which some slot was in it.
  std::array<std::size_t, 3> breakers{};
  std::array<std::size_t, 4> tokens{};
  duration longest_heal{};
  /// The shortest way to the first state that is wrong, if any is.
  std::optional<std::string> violation;
};

/// Every state that a world can be in, breadth first, each judged once: whether it is sound, and
/// whether there is a way back from it in time, whatever is drawn.
template <class Rules>
class explorer {
 public:
  explorer(const config& settings, const limits& within) : settings_(settings), limits_(within) {}

  [[nodiscard]] findings run() {
    add(small_world<Rules>(settings_, limits_.faults), 0, {});
    const net::time_point horizon{limits_.instants * tick};
    for (std::size_t i = 0; i < states_.size() && !found_.violation; ++i) {
      for (const event& what : states_[i].possible(horizon)) {
        follow(i, what, extreme_draws().low);
        if (draws(what.what)) follow(i, what, extreme_draws().high);
      }
    }
    found_.states = states_.size();
    return found_;
  }

 private:
  using world = small_world<Rules>;
  struct origin {
    std::uint32_t from = 0;
    event what;
  };

  void follow(std::size_t from, event what, const net::random_stream& random) {
    if (found_.violation) return;
    world next = states_[from];
    next.happen(what, random);
    next.put_in_order();
    ++found_.transitions;
    ++found_.happened[static_cast<std::size_t>(what.what)];
    add(std::move(next), static_cast<std::uint32_t>(from), what);
  }

  void add(world next, std::uint32_t from, event what) {
    if (known(next)) return;
    const auto number = static_cast<std::uint32_t>(states_.size());
    remember(next.hash(), number);
    origins_.push_back({from, what});
    states_.push_back(std::move(next));
    count(states_.back());
    judge(number);
    if (states_.size() > limits_.states_max) found_.violation = "the world is not small";
  }

  void judge(std::uint32_t number) {
    const world& state = states_[number];
    if (const auto wrong = state.violation(); !wrong.empty()) return tell(number, wrong);
    if (state.is_stopped()) return;
    for (const net::random_stream* draws : {&extreme_draws().low, &extreme_draws().high}) {
      world copy = state;
      const std::optional<duration> took = copy.heal(*draws);
      if (!took) return tell(number, "there is no way back from here");
      if (const auto wrong = copy.violation(); !wrong.empty()) return tell(number, wrong);
      const bool told = state.was_told_to_wait();
      if (*took > (told ? limits_.bound_told : limits_.bound)) {
        return tell(number, "the way back takes longer than the linter says");
      }
      if (!told) found_.longest_heal = std::max(found_.longest_heal, *took);
    }
  }

  void count(const world& state) {
    for (std::size_t i = 0; i < slot_count; ++i) {
      ++found_.phases[static_cast<std::size_t>(state.phase_of(i))];
    }
    if (state.breaker()) ++found_.breakers[static_cast<std::size_t>(*state.breaker())];
    ++found_.tokens[static_cast<std::size_t>(state.token())];
  }

  void tell(std::uint32_t number, std::string_view wrong) {
    std::vector<std::string> way;
    for (std::uint32_t at = number; at != 0; at = origins_[at].from) {
      const event& what = origins_[at].what;
      way.push_back(std::string(name_of(what.what)) + " " + std::to_string(what.slot));
    }
    std::string text(wrong);
    text += "; the way there:";
    for (auto step = way.rbegin(); step != way.rend(); ++step) text += " | " + *step;
    found_.violation = text;
  }

  // An open hash table of the numbers of states: what is compared is the whole state.
  [[nodiscard]] bool known(const world& state) const {
    if (table_.empty()) return false;
    for (std::size_t at = state.hash() & (table_.size() - 1); table_[at] != 0;
         at = (at + 1) & (table_.size() - 1)) {
      if (states_[table_[at] - 1] == state) return true;
    }
    return false;
  }
  void remember(std::uint64_t hash, std::uint32_t number) {
    hashes_.push_back(hash);
    if (hashes_.size() * 2 > table_.size()) return grow();
    put(hash, number);
  }
  void grow() {
    constexpr std::size_t least = 1024;
    table_.assign(std::max(least, table_.size() * 2), 0);
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
      put(hashes_[i], static_cast<std::uint32_t>(i));
    }
  }
  void put(std::uint64_t hash, std::uint32_t number) {
    std::size_t at = hash & (table_.size() - 1);
    while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
    table_[at] = number + 1;
  }

  const config& settings_;
  limits limits_;
  findings found_;
  std::deque<world> states_;
  std::vector<origin> origins_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> table_;
};

}  // namespace hassle::client::explore
