#pragma once

#include "mockha/action.hpp"
#include "mockha/command_judge.hpp"
#include "mockha/stage_judge.hpp"
#include "mockha/status.hpp"

#include "scenarios/plan.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/websocket.hpp>
#include <hassle/net/world.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::mockha {

struct fault_limits {
  std::size_t faults_max = 1'000;   ///< In force, armed or remembered. > 0
  std::size_t touches_max = 1'000;  ///< Remembered of each fault. > 0
  std::size_t held_max = 1'000;     ///< Messages held back, of all connections; more pass. > 0
  std::size_t events_max = 100;     ///< Last events remembered, of a connection. > 0
  std::size_t connections_max = 100'000;  ///< Remembered of each fault. > 0
  /// How long the answer to a subscribe waits for the first event.
  net::duration event_first_wait = std::chrono::seconds(1);
};

/// True if the kind is a server's, not the network's.
[[nodiscard]] bool is_server_fault(const scenario::fault_parameters& what) noexcept;

/// How the bytes of a connection travel, as far as faults have a say.
struct transport_faults {
  bool ignore_pings = false;
  bool mute = false;
  std::size_t frame_bytes = 0;  ///< 0: whole messages.
  std::size_t piece_bytes = 0;  ///< 0: at once.
  net::duration piece_every{};
  std::size_t batch = 0;  ///< Messages of an array, at most; 0: as Home Assistant does.
  net::duration batch_wait{};
  bool stop_reading = false;
  bool reject_compressed = false;  ///< Where compression was agreed upon, all messages are.

  bool operator==(const transport_faults&) const = default;
};

/// A connection, as far as it matters for how its bytes travel.
struct connection_nature {
  bool open = true;      ///< It was there when the question arose; else it is about to begin.
  bool deflate = false;  ///< Compression was agreed upon.
};

/// What becomes of a message on its way out.
struct outgoing {
  struct part {
    send_text message;
    net::duration late{};  ///< Others may overtake it meanwhile.
  };
  struct ending {
    scenario::ending_style how{};
    std::uint16_t code = 1000;
    std::string name;
  };
  std::vector<part> parts;     ///< In this order.
  net::duration slow{};        ///< All of them are late, in order.
  std::string lost_by;         ///< Not empty: the answer is lost; the name of the fault.
  std::optional<ending> then;  ///< Behind the parts.
  bool gagged = false;         ///< The session says nothing any more.
};

/// The faults of a server: which wait, which are in force, whom they touch, what they make of it.
/// Does no I/O and reads no clock; whoever owns it performs what it answers.
///
///   armed -- trigger --> in force -- time, hits used up, end() --> ended
///   armed -- end() --> ended
///
/// Each input may begin and end faults: `take_changes` says which. Connections are named by the
/// journal's number. Where several faults have a say the one that began first comes first.
/// Thread-safety: single-threaded.
class fault_engine {
 public:
  /// A stream of random numbers of this name.
  using random_source = std::function<net::random_stream(std::string_view name)>;

  explicit fault_engine(random_source random, fault_limits limits = {});

  /// Who ends a fault that is in force: whoever began it, or its own time (`lasts`, from its
  /// begin).
  enum class ended_by : std::uint8_t { caller, itself };

  /// Begins the fault, or arms it where `planned.armed` says so; it then ends by itself. `number`
  /// is what journals call the occurrence. The answer is its number in the server's life.
  std::uint32_t begin(const scenario::fault& f, const scenario::planned_fault& planned,
                      ended_by who, net::time_point now);
  /// False if it was neither armed nor in force.
  bool end(std::uint32_t number, net::time_point now);
  [[nodiscard]] bool is_armed(std::uint32_t number) const noexcept;
  /// The one of this number in its plan that has not ended.
  [[nodiscard]] std::optional<std::uint32_t> find_planned(std::uint32_t planned) const noexcept;
  /// A fault that is not a server's has ended: others may have waited for it.
  void on_fault_over(std::string_view name, net::time_point now);
  /// Ends all.
  void clear(net::time_point now);
  /// The history begins anew.
  void forget_ended();

  /// To be called at `deadline()` or later.
  void on_time(net::time_point now);
  [[nodiscard]] net::time_point deadline() const noexcept;

  /// None is armed or in force, no message is held back, no subscription is dead.
  [[nodiscard]] bool idle() const noexcept {
    return live_.empty() && held_.empty() && dead_.empty();
  }

  // --- what happened ---

  /// For the journal, in the order in which it happened. Begins and ends only of those that nobody
  /// else knows of.
  struct news {
    enum class what : std::uint8_t { began, hit, ended } happened{};
    std::uint32_t number = 0;  ///< As journals call the occurrence.
    std::string name;
    std::uint32_t connection = 0;  ///< Of a hit.
  };
  struct change {
    enum class what : std::uint8_t { began, ended } happened{};
    std::uint32_t number = 0;  ///< In the server's life.
  };
  struct release {  ///< A message that was held back and goes out now.
    std::uint32_t connection = 0;
    send_text message;
  };
  [[nodiscard]] std::vector<news> take_news() { return std::exchange(news_, {}); }
  [[nodiscard]] std::vector<change> take_changes() { return std::exchange(changes_, {}); }
  [[nodiscard]] std::vector<release> take_released() { return std::exchange(released_, {}); }
  /// There are changes or released messages to be taken.
  [[nodiscard]] bool has_work() const noexcept { return !changes_.empty() || !released_.empty(); }

  struct occurrence {
    std::uint32_t number = 0;   ///< In the server's life.
    std::uint32_t journal = 0;  ///< What journals call it.
    std::string name;
    scenario::fault_parameters what;
    scenario::planned_fault planned;
  };
  /// Null if it is not remembered any more.
  [[nodiscard]] const occurrence* find(std::uint32_t number) const noexcept;
  /// In the order of their numbers.
  [[nodiscard]] std::vector<fault_status> status() const;

  /// A fault of this kind is in force.
  template <class Kind>
  [[nodiscard]] bool any() const noexcept {
    for (const entry* e : live_) {
      if (e->where == fault_status::stage::in_force && std::holds_alternative<Kind>(e->of.what)) {
        return true;
      }
    }
    return false;
  }
  /// Each fault of this kind that is in force.
  template <class Kind, class Function>
  void for_each(Function function) const {
    for (const entry* e : live_) {
      const auto* kind = std::get_if<Kind>(&e->of.what);
      if (kind && e->where == fault_status::stage::in_force) function(*kind);
    }
  }
  /// Each fault of this kind that is in force touches the connection, if its limits allow.
  template <class Kind>
  void touch_all(std::uint32_t connection, std::string_view what, net::time_point now) {
    for (entry* e : live_) {
      if (std::holds_alternative<Kind>(e->of.what)) decide(*e, connection, what, now);
    }
    sweep();
  }
  /// Whether this fault, which is in force, touches the connection.
  bool touch(std::uint32_t number, std::uint32_t connection, std::string_view what,
             net::time_point now);
  /// This fault of the server as a whole touched something: an entity, the clock. Journals say so
  /// once, the history each time.
  void touch_server(std::uint32_t number, std::string_view what, net::time_point now);

  // --- connections ---

  stage_verdict on_accepted(std::uint32_t connection, net::time_point now);
  stage_verdict on_request(std::uint32_t connection, std::string_view target, net::time_point now);
  stage_verdict on_upgraded(std::uint32_t connection, net::time_point now);
  bool grants_deflate(std::uint32_t connection, net::time_point now);
  /// In which pieces the answer to its upgrade goes out.
  net::answer_drops drops_of_upgrade(std::uint32_t connection, net::time_point now);
  /// The message of auth_invalid, if a good login is to be refused.
  std::optional<std::string> on_login(std::uint32_t connection, net::time_point now);
  /// Between auth_invalid and the Close.
  [[nodiscard]] net::duration close_delay(std::uint32_t connection) const noexcept;
  [[nodiscard]] transport_faults transport(std::uint32_t connection, connection_nature is,
                                           net::time_point now);
  /// Faults whose hits are used up are over with the last connection that they touched.
  void on_gone(std::uint32_t connection, net::time_point now);

  /// A stall that has ended is remembered, for bytes that waited for its end.
  void touch_past_stalls(std::uint32_t connection, net::time_point now);
  [[nodiscard]] bool has_past_stalls() const noexcept { return !past_stalls_.empty(); }
  void forget_past_stalls() { past_stalls_.clear(); }

  // --- messages ---

  command_verdict on_command(std::uint32_t connection, std::uint64_t id, std::string_view what,
                             net::time_point now);
  /// The fault that swallowed a command; empty if none did. To be asked once.
  std::string taker_of(std::uint32_t connection, std::uint64_t id);
  /// `is_live` says of a subscription whether it is there still.
  using subscription_test = std::function<bool(std::uint64_t)>;
  /// How late a message is that no other fault looks at.
  net::duration slowness(std::uint32_t connection, std::string_view what, net::time_point now);
  outgoing on_send(std::uint32_t connection, send_text message, const subscription_test& is_live,
                   net::time_point now);

 private:
  using stage = fault_status::stage;
  struct entry {
    occurrence of;
    scenario::fault asked;
    stage where = stage::armed;
    bool ends_itself = false;
    net::time_point ends = net::never;  // If it ends by itself.
    std::optional<net::time_point> began;
    std::optional<net::time_point> ended;
    std::uint32_t counted = 0;               // Of what its trigger waits for.
    std::uint32_t accepted = 0;              // Connections since it began.
    std::set<std::uint32_t> chosen;          // Connections that `scope.connections` names.
    std::map<std::uint32_t, bool> decided;   // Connections: touched or passed over.
    std::optional<net::random_stream> luck;  // Where there is a chance.
    std::uint64_t hits = 0;
    std::deque<fault_touch> touched;
    std::deque<net::time_point> admitted;  // The latest connections that a crowd found room for.
  };
  struct held {
    std::uint32_t connection = 0;
    std::uint32_t by = 0;    // Number of the fault.
    std::uint32_t left = 0;  // Later answers to wait for; 0: waits for an event.
    net::time_point until = net::never;
    send_text message;
  };

  // Life.
  void start(entry& e, net::time_point now, bool by_itself);
  void finish(entry& e, net::time_point now, bool by_itself);
  void fire_after(std::string_view ended, net::time_point now);
  void count_command(std::string_view what, bool answered, std::uint32_t connection,
                     std::uint64_t id, net::time_point now);
  void sweep();
  void forget_old();

  // Limits.
  [[nodiscard]] bool allows(entry& e, std::uint32_t connection);
  bool decide(entry& e, std::uint32_t connection, std::string_view what, net::time_point now);
  bool touch_message(entry& e, std::uint32_t connection, std::string_view command,
                     std::string_view what, net::time_point now);
  void note_touch(entry& e, std::uint32_t connection, std::string_view what, net::time_point now);
  template <class Kind, class Function>
  void each(Function function) {
    for (entry* e : live_) {
      if (e->where != stage::in_force) continue;
      if (auto* kind = std::get_if<Kind>(&e->of.what)) function(*e, *kind);
    }
  }

  // Messages: see fault_messages.cpp.
  struct passing;  // One message on its way.
  bool keep_back(passing& m);
  bool lose(passing& m);
  void send_login(passing& m);
  void alter(passing& m);
  void hold_or_pass(passing& m);
  void repeat(passing& m);
  void delay(passing& m);
  void remember_event(passing& m);
  void add_late_events(passing& m);
  void count_down(std::uint32_t connection, outgoing& out);
  void release_held_by(std::uint32_t fault);

  const random_source random_;
  const fault_limits limits_;
  std::map<std::uint32_t, entry> entries_;  // By number in the server's life.
  std::vector<entry*> live_;                // Armed and in force, in the order of their numbers.
  std::vector<std::uint32_t> past_stalls_;
  std::uint32_t next_number_ = 1;

  std::vector<news> news_;
  std::vector<change> changes_;
  std::vector<release> released_;
  std::vector<held> held_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::string> takers_;  // Of commands.
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::string> doomed_;  // Answers to be lost.
  std::map<std::uint32_t, std::map<std::uint64_t, std::string>> last_events_;
  std::set<std::pair<std::uint32_t, std::uint64_t>> dead_;  // Subscriptions, by connection.
};

}  // namespace hassle::mockha
