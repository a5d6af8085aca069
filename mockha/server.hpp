#pragma once

#include "mockha/answer_queue.hpp"
#include "mockha/command_judge.hpp"
#include "mockha/connection.hpp"
#include "mockha/fault_engine.hpp"
#include "mockha/home.hpp"
#include "mockha/http_api.hpp"
#include "mockha/ip_ban.hpp"
#include "mockha/ledger.hpp"
#include "mockha/restart_core.hpp"
#include "mockha/session_core.hpp"
#include "mockha/stage_judge.hpp"
#include "mockha/status.hpp"

#include "reports/journal.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/tls.hpp>
#include <hassle/net/websocket.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::mockha {

namespace asio = boost::asio;

/// The token of a mock server that was not given another.
inline constexpr std::string_view default_access_token = "mockha-access-token";

struct server_limits {
  net::duration tls = std::chrono::seconds(10);              ///< Of the TLS handshake. > 0
  net::duration request = std::chrono::seconds(10);          ///< Until the first is there. > 0
  net::duration keep_alive = std::chrono::seconds(75);       ///< Until the next is there. > 0
  net::duration write = std::chrono::seconds(60);            ///< Until an answer is taken. > 0
  net::duration upgrade = std::chrono::seconds(10);          ///< Until 101 is taken. > 0
  net::duration close_handshake = std::chrono::seconds(10);  ///< > 0
  net::http_limits http;
  /// Home Assistant refuses a message of exactly 4 MiB.
  std::size_t message_bytes_max = (std::size_t{4} << 20U) - 1;
  std::size_t send_queue_max = 4096;        ///< Messages waiting for one client. > 0
  std::size_t connections_max = 20'000;     ///< Being accepted or open; more are reset. > 0
  std::size_t ledger_entries_max = 10'000;  ///< > 0
  std::size_t faults_max = 1'000;           ///< In force, armed or remembered. > 0
  std::size_t fault_touches_max = 1'000;    ///< Remembered of each fault. > 0
  std::size_t scripts_max = 10'000;         ///< Pausing at one time; more do not go on. > 0
  net::duration listen_retry = std::chrono::seconds(1);  ///< When the port could not be had. > 0
};

struct server_config {
  std::string home = "small";  ///< A name that `find_home` knows, unless there is a plan.
  std::shared_ptr<const home_plan> plan;  ///< Of another home; `home` only names it.
  session_settings session;
  std::string access_token = std::string(default_access_token);  ///< Secret: never in a journal.
  /// Who can log in by name, as the owner. The password is secret.
  std::string account = "mockha";
  std::string password = "mockha";
  ip_ban_settings ban;
  token_settings tokens;
  http_api_settings http;
  std::shared_ptr<net::tls_server> tls;  ///< Nothing: connections are not encrypted.
  bool deflate = true;                   ///< Accept permessage-deflate where it is offered.
  scenario::duration_distribution service_time;
  /// Of a restart that a client asks for.
  scenario::restart_phases own_restart{.stopping = std::chrono::seconds(1),
                                       .refused = std::chrono::seconds(3),
                                       .not_running = std::chrono::seconds(4),
                                       .starting = std::chrono::seconds(2)};
  server_limits limits;
  /// Every change of a state is recorded as home_changed, for an application's ledger.
  bool record_changes = false;
};

[[nodiscard]] connection::style style_of(scenario::ending_style how) noexcept;

/// The configuration that a scenario asks for.
[[nodiscard]] server_config make_config(
    const scenario::server& asked, std::string access_token = std::string(default_access_token));

/// What the home begins as.
[[nodiscard]] const home_plan& plan_of(const server_config& config);

/// A mock Home Assistant on a host of a world: listens, serves, and misbehaves when told to.
///
/// Every event goes to `record` (which may be empty) without its time. The world must outlive the
/// server; `stop` must have completed before it is destroyed. Thread-safety: single-threaded.
class server final : private connection_owner,
                     private http_backend,
                     private command_judge,
                     private stage_judge {
 public:
  using recorder = std::function<void(reports::event)>;

  server(net::world& world, server_config config, recorder record);
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server();

  /// Listens from now on. The error is that of listening. Call once.
  [[nodiscard]] net::result<net::endpoint> start(net::endpoint listen);

  /// Begins a fault, or arms it where the plan says so; false if it is not a server's: those of
  /// network and host are ignored.
  bool begin_fault(const scenario::fault& f, const scenario::planned_fault& planned);
  /// Ends it; false if it was not in force any more. A restart that is not through all its phases
  /// goes through them at once. What was armed ends by itself: nothing happens here.
  bool end_fault(const scenario::planned_fault& planned);
  /// What was armed and still waits never begins; what has no end of its own ends.
  void disarm_fault(const scenario::planned_fault& planned);
  /// A fault of the network has ended: others may have waited for it.
  void on_fault_over(std::string_view name);

  /// Stops as Home Assistant does: Close to everybody, and waits until nothing is left.
  /// Not cancellable; bounded by the close handshake's limit.
  [[nodiscard]] asio::awaitable<void> stop();

  [[nodiscard]] const home& house() const noexcept { return house_; }
  [[nodiscard]] const ledger& executions() const noexcept { return executions_; }
  [[nodiscard]] restart_phase phase() const noexcept { return restart_.phase(); }
  [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

  /// Whom arriving connections are shown to; null: nobody. It must outlive the server.
  void show_arrivals_to(stage_judge* judge) noexcept { stages_ = judge; }
  [[nodiscard]] ip_ban& bans() noexcept { return bans_; }
  [[nodiscard]] token_store& tokens() noexcept { return tokens_; }
  /// Whoever is connected with an access token of this refresh token gets Close.
  void throw_out(std::string_view refresh_token_id) override;

  // For those who watch over it and interfere by hand: see server_admin.cpp.

  [[nodiscard]] std::vector<connection_status> connection_list() const;
  [[nodiscard]] server_totals totals() const;
  [[nodiscard]] const server_config& config() const noexcept { return config_; }
  /// False if there is no such connection.
  bool end_connection(std::uint64_t key, connection::style how, std::uint16_t code);
  /// It carries nothing any more, in either direction, and no limit of the server's ends it. False
  /// if there is no such connection.
  bool stall_connection(std::uint64_t key);
  /// Writes a state, as an integration would; makes the entity if there is none.
  void set_state(std::string_view entity_id, std::string state, const json::object& attributes);
  /// False if there is no such entity.
  bool remove_entity(std::string_view entity_id);
  void fire_event(std::string_view type, const json::object& data);
  void restart(const scenario::restart_phases& phases);
  /// What is called when a client asks Home Assistant to stop; whoever has the server stops it
  /// then. Without it the wish is ignored.
  void when_asked_to_stop(std::function<void()> then) { asked_to_stop_ = std::move(then); }
  /// As after the start: faults lifted, the home as its plan has it, ledger and history empty.
  /// Connections stay.
  void reset();

  // Faults by hand: see server_faults.cpp.

  /// Begins a fault now, or arms it if it has a trigger; its number. `at` and `every` are not
  /// looked at. The error names a fault that is not a server's.
  std::expected<std::uint32_t, std::string> inject(const scenario::fault& f);
  /// False if it is neither armed nor in force.
  bool lift(std::uint32_t number);
  /// In force, armed and (the newest) ended, in the order of their numbers.
  [[nodiscard]] std::vector<fault_status> faults() const;

 private:
  // Of connections.
  void on_send(connection& from, send_text message) override;
  void on_sent(connection& to, const send_text& message) override;
  void on_unsent(connection& to, const send_text& message) override;
  void on_end_wish(connection& from, end_session wish) override;
  void on_service(connection& from, const run_service& wanted) override;
  void on_lost_answer(connection& from, std::uint64_t id) override;
  void on_fire(connection& from, publish_event wanted) override;
  void on_revoked(connection& from, const revoked_token& which) override;
  void on_login(connection& from, bool good) override;
  void on_note(connection& from, note n) override;
  void on_bytes(connection& from) override;
  void on_watch_changed() override;
  void on_ended(connection& from) override;
  [[nodiscard]] bool stalled() const override { return stalled_since_.has_value(); }

  // Of HTTP: see server_http.cpp.
  [[nodiscard]] bool is_stopping() const override;
  void write_state(std::string_view entity_id, std::string state,
                   const json::object& attributes) override;
  void erase_state(std::string_view entity_id) override;
  void fire(std::string_view type, const json::object& data, std::string_view user_id) override;
  void throw_out(std::string_view refresh_token_id, const connection* but);

  // Listening.

  /// A stream on which no WebSocket runs, or not yet.
  struct visitor {
    std::uint32_t id = 0;
    std::string address;
    std::uint32_t life = 0;  // Of the process that accepted it.
    std::unique_ptr<net::http_connection> http;
    bool closed = false;    // Which has been recorded.
    bool upgraded = false;  // A session has it.
  };
  /// A good request for a WebSocket.
  struct upgrade {
    net::http_request asked;
    upgrade_wanted wanted;
  };
  void update_listener();
  asio::awaitable<void> accept_loop(std::unique_ptr<net::acceptor> from);
  asio::awaitable<void> welcome(std::unique_ptr<net::byte_stream> stream);
  [[nodiscard]] asio::awaitable<std::unique_ptr<net::byte_stream>> secured(
      std::uint32_t id, std::unique_ptr<net::byte_stream> stream);
  /// What a request comes to: an answer, a WebSocket, or nothing any more.
  struct reply {
    std::optional<net::http_response> answer;
    bool close = true;
    std::optional<upgrade> wanted;
  };
  [[nodiscard]] asio::awaitable<reply> reply_to(visitor* v, net::http_request asked);
  /// Answers requests until the connection ends, or one of them wants a WebSocket.
  [[nodiscard]] asio::awaitable<std::optional<upgrade>> serve(visitor* v);
  [[nodiscard]] asio::awaitable<void> open_session(visitor* v, upgrade by);
  [[nodiscard]] asio::awaitable<std::optional<net::http_response>> answer_instead(
      visitor* v, stage_verdict verdict);
  [[nodiscard]] asio::awaitable<std::optional<net::http_response>> answer_to(visitor* v,
                                                                             http_outcome outcome);
  /// False if it did not go out.
  [[nodiscard]] asio::awaitable<bool> write(visitor* v, net::http_response answer, bool close);
  void tell_closed(visitor* v);
  [[nodiscard]] asio::awaitable<void> keep_silent(std::unique_ptr<net::byte_stream> stream,
                                                  stay_silent how);
  [[nodiscard]] asio::awaitable<void> stall_over(std::uint32_t id);
  void end_visits();

  // Answers.
  /// A service that has run, and how long its answer takes.
  struct executed {
    home::outcome done;
    net::duration takes{};
  };
  [[nodiscard]] executed execute(std::uint32_t connection, const run_service& wanted,
                                 watch collected);
  void grant(service::wish wish, net::duration after);
  void answer_service(connection& to, const run_service& wanted, const executed& e);

  // Scripts that pause: see server_scripts.cpp.
  struct paused_script {
    script_run rest;
    std::uint64_t key = 0;  // Of the connection that waits for its end; 0: none does.
    run_service wanted;
  };
  /// Keeps what has not ended; true if the answer is to wait for it. `key` as above.
  bool hold_scripts(home::outcome& done, std::uint64_t key, const run_service& wanted);
  void run_scripts();
  void arm_scripts();
  void lose_scripts(std::string_view why);
  void publish(const home::outcome& done);
  void publish(const registry_event& what);
  void run_queue();
  void arm_queue();
  void lose_queue(std::string_view why);
  void publish(const bus_event& event);
  void publish(const std::vector<entity_change>& changes);
  void record_change(const entity_change& change);
  void publish_plain(std::string_view type, std::string_view data = "{}");
  void publish_loaded();

  // Of faults.
  command_verdict judge(std::uint32_t connection, std::uint64_t id, std::string_view type,
                        std::string_view what) override;
  std::optional<std::string> judge_login(std::uint32_t connection) override;
  stage_verdict on_accepted(std::uint32_t connection) override;
  stage_verdict on_request(std::uint32_t connection, const net::http_request& asked) override;
  stage_verdict on_upgraded(std::uint32_t connection) override;
  [[nodiscard]] bool grants_deflate(std::uint32_t connection);
  [[nodiscard]] net::answer_drops drops_of_upgrade(std::uint32_t connection);

  // Faults: see server_faults.cpp.
  void send_in_order(connection& to, send_text message, net::duration delay);
  void send_through_faults(connection& to, send_text message);
  void work_off_faults();
  void arm_fault_timer();
  /// The connection is gone.
  void forget_in_faults(std::uint32_t connection);
  void report_faults();
  void apply_rules();
  /// Each fault of this kind that is in force touches the connection.
  template <class Kind>
  void touch(std::uint32_t connection) {
    if (faults_.idle()) return;
    faults_.touch_all<Kind>(connection, {}, time_.now());
    report_faults();
  }

  // What they do: see server_effects.cpp.
  struct effect;
  struct effect_end;
  void begin_effect(const fault_engine::occurrence& of);
  void end_effect(const fault_engine::occurrence& of);
  void apply_transport();
  /// The connections that a fault touches.
  template <class Function>
  void each_touched(const fault_engine::occurrence& of, Function function);
  void run_storms();

  // Restart and stall: see server_restart.cpp.
  void begin_restart(const scenario::planned_fault& planned);
  [[nodiscard]] presence presence_now() const noexcept;
  void advance_restart();
  void hurry_restart();
  void enter(restart_phase phase);
  /// Home Assistant begins anew, in recovery mode or out of it.
  void update_recovery();
  void begin_stall();
  void end_stall();
  void drop_waiting();
  void end_all(std::string_view why);

  [[nodiscard]] wall_time wall_now() const override;
  void record(reports::event_kind kind, std::uint32_t connection, std::int64_t value,
              std::string_view text = {});

  net::world& world_;
  net::time_source& time_;
  const server_config config_;
  const recorder record_;
  home house_;
  registries registry_;
  token_store tokens_;
  ledger executions_;
  surroundings around_;
  ip_ban bans_;
  http_api http_api_;
  stage_judge* stages_ = nullptr;  // Nothing: no fault looks at arriving connections.
  net::random_stream service_random_;
  watch watch_;

  net::endpoint local_;
  net::acceptor* listener_ = nullptr;  // Owned by the accept loop that runs on it.
  net::task_group tasks_;
  std::unique_ptr<net::task_group> visits_;  // The present process's, cut off when it ends.
  net::timer listen_retry_;
  std::map<std::uint64_t, std::unique_ptr<connection>> connections_;  // By key.
  std::uint64_t next_key_ = 1;
  server_totals past_;        // Of the connections that have ended.
  std::size_t arriving_ = 0;  // Connections whose upgrade is not done.
  std::vector<std::unique_ptr<net::byte_stream>> waiting_;  // … and not begun, for a stall.
  std::uint32_t life_ = 0;                                  // How often the process has ended.

  answer_queue queue_;
  net::timer queue_timer_;
  net::time_point queue_armed_for_ = net::never;

  fault_engine faults_;
  net::random_stream by_hand_random_;  // For what is drawn of faults by hand.
  net::timer fault_timer_;
  struct storm {
    std::uint32_t number = 0;  // Of the fault.
    std::uint32_t left = 0;    // Changes.
    std::size_t next = 0;      // Whose turn it is.
    net::duration every{};
    net::time_point at{};
    std::string pattern;
  };
  std::vector<storm> storms_;
  net::timer storm_timer_;
  net::duration clock_off_{};  // What its wall clock is wrong by.
  bool false_states_ = false;  // Of the restart under way.
  restart_core restart_;
  std::uint32_t restart_number_ = 0;
  net::timer restart_timer_;
  net::timer wish_timer_;
  std::multimap<net::time_point, paused_script> paused_;  // By when they go on.
  net::timer script_timer_;
  std::function<void()> asked_to_stop_;
  std::optional<net::time_point> stalled_since_;
  std::shared_ptr<net::gate> stall_gate_;  // Opens when the stall is over.
  net::time_point stall_ended_{};
  net::timer stall_drain_;  // What the stall has held back comes in before it fires.
  bool stall_drained_ = true;

  bool started_ = false;
  bool stopping_ = false;
  bool stopped_ = false;
  net::gate empty_;  // Opens when the last connection has gone while stopping.
};

}  // namespace hassle::mockha
