#pragma once

#include "scenarios/distribution.hpp"
#include "scenarios/error.hpp"
#include "scenarios/host_faults.hpp"
#include "scenarios/network_faults.hpp"
#include "scenarios/server_faults.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hassle::scenario {

/// A NAT, firewall or proxy in the path.
struct middlebox {
  std::optional<duration> idle;      ///< Expires a connection without traffic for so long.
  std::optional<duration> lifetime;  ///< Expires a connection of this age.
  expiry_style on_expiry = expiry_style::reset;
};

/// The path between the client's host and the server. One-way figures, the same in both directions.
struct network {
  duration latency = std::chrono::milliseconds(10);  ///< >= 0
  duration jitter{0};                      ///< Added, uniform in [0, jitter]; order is kept.
  std::optional<std::uint64_t> bandwidth;  ///< Bytes per second; nothing = unlimited.
  bool ipv6 = false;  ///< Names resolve to an address of IPv6 first, then to the one of IPv4.
  middlebox box;
};

/// The first way to the server, which every scenario has: the one of `network`.
inline constexpr std::string_view local_endpoint = "local";

/// A further way to the same server: another name, another address, a path of its own. Clients with
/// the layer `failover` know of it; the one of `network` is preferred.
struct endpoint_way {
  std::string name;                 ///< Unique, not `local_endpoint`.
  std::optional<duration> latency;  ///< One way. Nothing: that of `network`.
  source_position where;
};

/// Home Assistant's settings.
struct server {
  std::string home = "small";  ///< Name of a fixture of mockha.
  std::string version = "2026.6.0";
  std::optional<duration> heartbeat = std::chrono::seconds(55);  ///< Silence before it pings.
  std::optional<duration> idle_close;  ///< Closes (1000) a connection without commands for so long.
  duration_distribution service_time;  ///< How long a service call runs before its result.
  bool tls = false;                    ///< At all its endpoints.
  /// Logins that fail from one address until it is banned; nothing = never.
  std::optional<std::uint32_t> ban_after;
  duration token_lifetime = std::chrono::minutes(30);  ///< Of access tokens. > 0
  /// From one change of a state that nobody here asked for to the next. Nothing: there are none.
  std::optional<duration_distribution> changes;
  source_position where;  ///< Of `home`, which only those who know mockha can check.
};

enum class command_kind : std::uint8_t {
  turn_on,
  turn_off,
  toggle,
  get_states,
  get_config,
  get_state_service,  ///< The report's `homeassistant.get_state`, which Home Assistant does not
                      ///< have.
};
[[nodiscard]] std::string_view name_of(command_kind kind) noexcept;

/// What the host does with its process when an invocation is not done by its limit.
enum class on_limit : std::uint8_t {
  recycle,  ///< The process is killed and started anew, as AWS Lambda does.
  proceed,  ///< The process lives on; only the user has stopped waiting.
};

/// A command of the workload at a fixed instant.
struct timed_command {
  duration at{};
  command_kind kind = command_kind::turn_on;
  std::string target;
  std::optional<duration> limit;  ///< Nothing: the workload's.
  source_position where;
};

/// Voice commands: bursts (one utterance, several commands), exponential or otherwise apart.
struct workload {
  /// From the start of the run, and from the begin of each burst, to the next one.
  duration_distribution between_bursts{duration_distribution::kind::exponential,
                                       std::chrono::minutes(10)};
  count_distribution burst_size;
  duration_distribution spacing{duration_distribution::kind::constant,
                                std::chrono::seconds(1)};  ///< Between the commands of a burst.
  struct share {
    command_kind kind;
    std::uint32_t weight;

    bool operator==(const share&) const = default;
  };
  /// Not empty, at least one weight > 0.
  std::vector<share> mix{{command_kind::turn_on, 4},
                         {command_kind::turn_off, 2},
                         {command_kind::toggle, 1},
                         {command_kind::get_states, 2}};
  /// Entities to command, of the server's home. Not empty.
  std::vector<std::string> targets{"light.kitchen", "light.living_room", "light.bedroom",
                                   "light.hallway", "light.porch",       "switch.coffee_maker",
                                   "switch.heater", "switch.fan"};
  /// In place of drawn bursts: exactly these. An empty list is a workload without commands.
  std::optional<std::vector<timed_command>> commands;
  duration limit = std::chrono::seconds(30);  ///< Of an invocation. > 0.
  on_limit at_limit = on_limit::recycle;
  source_position where;
};

/// Where the client lives.
struct host {
  bool freeze_between_invocations = false;             ///< As AWS Lambda does.
  std::optional<duration_distribution> recycle;        ///< Time from a cold start to the next one.
  std::vector<duration> recycle_at;                    ///< Cold starts at fixed instants instead.
  duration cold_start = std::chrono::milliseconds(0);  ///< From boot until the program runs.
  source_position where;
};

/// What the program around the client does besides sending commands, and how it logs in.
struct client_setup {
  enum class subscription : std::uint8_t {
    state_changed,  ///< subscribe_events of that type.
    all_events,     ///< subscribe_events of all types.
    trigger,        ///< subscribe_trigger, which needs integrations to be loaded.
  };
  /// Wanted from the first boot on. Only clients of style `best` can.
  std::vector<subscription> subscriptions;
  duration callback{0};  ///< How long its handler of an event takes, one after the other. >= 0
  /// Further clients of the same kind on hosts of their own, which only stay connected.
  std::uint32_t herd = 0;
  enum class login : std::uint8_t {
    long_lived,  ///< A long-lived access token.
    refresh,     ///< An access token that expires, with a refresh token.
  } how = login::long_lived;
  source_position where;
};

// Faults. Durations of a phase that are distributions are drawn anew for each occurrence.

/// Home Assistant restarts, in the phases of its real life. The defaults are a quick ordinary
/// restart: what a mock of Home Assistant is advised to do where nobody measured.
struct restart_fault {
  /// Close sent, listener still shut down: sockets linger.
  duration_distribution stopping{duration_distribution::kind::constant, std::chrono::seconds(1)};
  /// Port closed.
  duration_distribution refused{duration_distribution::kind::uniform, std::chrono::seconds(10),
                                std::chrono::seconds(20)};
  /// HTTP up, states and services (almost) empty.
  duration_distribution not_running{duration_distribution::kind::uniform, std::chrono::seconds(15),
                                    std::chrono::seconds(60)};
  /// Entities restored as unavailable.
  duration_distribution starting{duration_distribution::kind::uniform, std::chrono::seconds(1),
                                 std::chrono::seconds(5)};
  /// What becomes of the answer to the command that it was triggered by.
  enum class own_answer : std::uint8_t { lost, sent } answer = own_answer::lost;
  /// While STARTING, entities first have a default and then their own state: changes that never
  /// happened. Field failure startup-false-transitions.
  bool false_states = false;
};
struct stall_fault {};  ///< The server's event loop stands still: accepts, reads, answers nothing.
struct slow_fault {     ///< Every message is late by so much, and the order is kept.
  duration_distribution delay;
};
struct drop_fault {  ///< The server ends all its connections.
  using style = ending_style;
  style how = style::reset;
  std::uint16_t code = 1000;  ///< Of the Close frame, where `how` is close.
};
struct lose_answer_fault {        ///< The next answers are lost.
  bool before_execution = false;  ///< The command is not executed either.
};
struct refuse_fault {};  ///< Connects are refused.

/// Where two faults of a plan begin at one instant, the order of the kinds here decides.
using fault_parameters = std::variant<
    restart_fault, stall_fault, slow_fault, drop_fault, lose_answer_fault, partition_fault,
    cut_fault, forget_fault, refuse_fault, blackhole_fault, latency_fault, silence_fault,
    hang_up_fault, http_error_fault, reject_auth_fault, ignore_pings_fault, delay_answer_fault,
    reorder_fault, duplicate_fault, late_event_fault, event_first_fault, fail_subscription_fault,
    fail_command_fault, unknown_event_fault, wrong_id_fault, bad_json_fault, batch_fault,
    giant_fault, storm_fault, overflow_fault, remove_entity_fault, rename_entity_fault,
    unavailable_fault, expire_tokens_fault, revoke_token_fault, ban_fault, version_fault,
    clock_jump_fault, no_deflate_fault, trickle_fault, fragment_fault, loss_fault, corrupt_fault,
    slice_fault, cut_after_fault, throttle_fault, mtu_fault, swizzle_fault, dns_fault, move_fault,
    tls_fault, suspend_fault, wall_clock_fault, slow_cpu_fault, kill_fault, mute_events_fault,
    dead_subscription_fault, recovery_mode_fault, stop_reading_fault, reject_compressed_fault,
    crowd_fault, bad_upgrade_fault>;

/// The phases of one restart, drawn.
struct restart_phases {
  duration stopping{}, refused{}, not_running{}, starting{};

  [[nodiscard]] duration sum() const noexcept {
    return stopping + refused + not_running + starting;
  }
  bool operator==(const restart_phases&) const = default;
};

/// One occurrence of a fault with nothing left to draw.
struct fault_occurrence {
  duration at{};
  duration lasts{};       ///< Not of a restart.
  restart_phases phases;  ///< Restarts only.
  duration amount{};      ///< `delay` of slow, `added` of latency, `by` of delay_answer.
  /// Lasts until its hits are used up, or the scenario's `length`; `lasts` is not looked at.
  bool open_ended = false;

  bool operator==(const fault_occurrence&) const = default;
};

/// When, how long, how often a fault happens: the same for all kinds.
struct fault {
  /// Unique in the scenario. Unless given, "<kind>-<n>" for the n-th fault of its kind.
  std::string name;
  fault_parameters what;
  /// Either `occurrences`, or `at` or `every` or both; none where there is an `after`, which then
  /// waits from the start.
  std::optional<duration> at;  ///< The only time; with `every` the first one.
  /// From each end to the next begin; without `at` also from the start.
  std::optional<duration_distribution> every;
  std::optional<std::vector<fault_occurrence>> occurrences;  ///< Nothing else is drawn.
  duration_distribution lasts;                               ///< Zero for what is over at once.
  std::uint32_t times = 0;                                   ///< At most so often; 0 = no limit.
  /// Of each occurrence. In [0, 1]. One that does not happen leaves its gap: a smaller
  /// probability thins the same occurrences out and moves none.
  double probability = 1;
  /// It does not begin at its time, but waits from then on for this.
  std::optional<fault_trigger> after;
  fault_scope scope;        ///< Of the network and its host: `connections` only, where it has any.
  path_scope way;           ///< Faults of the network only.
  bool open_ended = false;  ///< See fault_occurrence; `lasts` is not looked at.
  bool must_hit = true;     ///< A run in which it hit nothing says nothing: inconclusive.
  source_position where;
};
/// The word that `kind = "…"` takes.
[[nodiscard]] std::string_view kind_of(const fault_parameters& what) noexcept;

/// Something that must hold for a client in this scenario.
struct expectation {
  std::string client;         ///< Name of a profile.
  std::string figure;         ///< Name of a figure, see `figure_names`.
  std::optional<double> min;  ///< At least one of the two.
  std::optional<double> max;
  std::string why;  ///< Shown beside the verdict.
  source_position where;
};

/// A parsed and validated scenario: what may happen.
struct scenario {
  std::string name;  ///< File name without its ending.
  std::string file;  ///< As it is named in errors.
  /// What it was put together from besides, by source_position::file less one.
  std::vector<std::string> other_files;
  std::string title;
  std::string description;
  std::string head_comment;  ///< The comment lines that its file begins with, without their marks.
  std::vector<std::string> tags;
  /// Profiles that run it unless others are named. Not empty.
  std::vector<std::string> clients{"naive", "production"};
  duration length{};                          ///< Commands and faults happen within. > 0
  duration settle = std::chrono::minutes(2);  ///< Healed, quiet time after it. >= 0
  std::uint32_t seeds = 20;                   ///< Runs per client unless told otherwise. > 0
  network path;
  server ha;
  workload load;
  host where_client_lives;
  client_setup program;
  std::vector<endpoint_way> endpoints;  ///< Besides the one of `path`.
  std::vector<fault> faults;
  std::vector<expectation> expectations;

  /// The file in which a place of this scenario is, as errors name it.
  [[nodiscard]] const std::string& file_at(source_position where) const {
    return where.file == 0 ? file : other_files.at(where.file - 1);
  }
};

/// A text that a scenario is made of.
struct source_text {
  std::string file;  ///< As it is named in errors.
  std::string text;
  bool in_library = false;  ///< Built into the program: relative paths stay within the library.
};

/// Finds what a text extends: a scenario's name, or a path relative to `from`.
using base_finder = std::function<std::expected<source_text, complaint>(std::string_view base,
                                                                        const source_text& from)>;

struct parse_options {
  /// "PATH=VALUE": changes made by hand. Errors name "--set" as their file, and as line the number
  /// of the change, from 1.
  std::vector<std::string> changes;
  base_finder find_base;  ///< Without: the library, and the files of the machine.
};

/// Parses the text of a scenario file, put together with what it extends. `file` names it in
/// errors, its stem names the scenario. All errors of a text are returned, in the order of their
/// files and positions; never empty.
[[nodiscard]] std::expected<scenario, std::vector<input_error>> parse_scenario(
    std::string_view text, std::string_view file, const parse_options& options = {});
[[nodiscard]] std::expected<scenario, std::vector<input_error>> parse_scenario(
    source_text from, const parse_options& options = {});

/// Reads and parses a file. At most `scenario_bytes_max` bytes are read.
[[nodiscard]] std::expected<scenario, std::vector<input_error>> load_scenario(
    const std::filesystem::path& file, const parse_options& options = {});

inline constexpr std::size_t scenario_bytes_max = 1U << 20U;

/// Parses one fault, written as a JSON object with the keys that [[fault]] has: for those who
/// misbehave by hand. `at`, `every`, `times`, `probability`, `occurrence` and `must_hit` are not
/// known there: it happens now, or waits for its `after`. What lasts may go without `for`: until it
/// is lifted. Faults of the server only. Errors name "fault" as their file; never empty.
[[nodiscard]] std::expected<fault, std::vector<input_error>> parse_fault_json(
    std::string_view json);

/// The figures that an expectation may name.
[[nodiscard]] const std::vector<std::string_view>& figure_names();

}  // namespace hassle::scenario
