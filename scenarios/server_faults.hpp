#pragma once

#include "scenarios/distribution.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::scenario {

/// How much of what a fault might touch it does touch. What is touched is, by the kind of the
/// fault, a connection or a message.
struct fault_scope {
  std::optional<std::uint32_t> hits;  ///< At most so many of each occurrence. > 0
  double chance = 1;                  ///< Of each that it might touch. In [0, 1].
  /// Only these connections, counted from 1 as they are accepted after the fault began. Empty: all
  /// connections, also those that were there before. Sorted, without duplicates.
  std::vector<std::uint32_t> connections;
  /// Only these commands, and answers to them: a pattern, see `matches_command`. Empty: all.
  std::string command;

  bool operator==(const fault_scope&) const = default;
};

/// What a fault waits for before it begins. Exactly one of the three is given.
struct fault_trigger {
  std::string command;            ///< A pattern, see `matches_command`: …
  std::uint32_t count = 1;        ///< … so many commands that match it. > 0
  std::uint32_t connections = 0;  ///< So many connections accepted.
  std::string fault;              ///< The end of the fault of this name.

  bool operator==(const fault_trigger&) const = default;
};

/// Whether a command is one of those that a pattern names. `called` is the command as journals call
/// it: its type, or for a call_service "light.turn_on light.kitchen". In a pattern `*` stands for
/// any characters and `?` for one; it must match all of one of these:
///   its type                       ping, subscribe_*, call_service
///   the service                    light.turn_on, light.*
///   the service and the entity     "light.* light.kitchen"
///   or the two latter behind "call_service ".
[[nodiscard]] bool matches_command(std::string_view pattern, std::string_view called);

/// Whether all of `text` matches the pattern, in which `*` stands for any characters, `?` for one.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text) noexcept;

// What a server can do wrong, one struct for each kind of fault. (The older ones are in
// scenario.hpp.) "It" is the server. M: touches messages, C: connections, S: the server as a whole.

/// C. It stays silent at one stage of a connection; the stream stays open.
struct silence_fault {
  enum class stage : std::uint8_t {
    accept,   ///< TCP accepted, nothing is read.
    request,  ///< The HTTP request is read, not answered.
    upgrade,  ///< 101, then nothing: no auth_required.
    auth,     ///< auth_required; `auth` is not answered.
    open,     ///< Half-open: an open connection carries nothing any more, in either direction.
  } at = stage::open;
  std::string path = "*";  ///< Of `request`: a pattern.
};
/// How a connection is ended.
enum class ending_style : std::uint8_t { close, fin, reset };
/// C, or M where `at` is `result`. It ends a connection at one stage.
struct hang_up_fault {
  enum class stage : std::uint8_t {
    accept,   ///< Before a byte is read.
    request,  ///< Instead of the answer to the HTTP request.
    upgrade,  ///< Behind auth_required.
    auth_ok,  ///< Behind auth_ok, as the Supervisor's proxy does.
    result,   ///< Instead of an answer: the command was executed.
  } at = stage::auth_ok;
  ending_style how = ending_style::close;
  std::uint16_t code = 1000;  ///< Of the Close frame.
  std::string path = "*";     ///< Of `request`: a pattern.
};
/// C. It, or what stands before it, answers HTTP requests with an error, a page, or a redirect.
struct http_error_fault {
  enum class body : std::uint8_t { html, text, json, empty } content = body::html;
  std::uint16_t status = 503;            ///< 200..599
  std::optional<duration> retry_after;   ///< Header of that name, in whole seconds.
  std::string path = "/api/websocket*";  ///< A pattern.
  duration delay{};                      ///< Before the answer.
  std::string location;                  ///< Header of that name, of a redirect. Empty: none.
};
struct reject_auth_fault {  ///< C. auth_invalid for a good token.
  std::string message = "Invalid access token or password";
  duration delay{};  ///< Between auth_invalid and the Close.
};
struct ignore_pings_fault {};  ///< C. Ping frames are not answered.
struct delay_answer_fault {    ///< M. Answers are late; others overtake them.
  duration_distribution by;
};
struct reorder_fault {       ///< M. Answers are held back until later ones have gone out.
  std::uint32_t behind = 1;  ///< So many. > 0
};
enum class message_choice : std::uint8_t { answers, events, all };
struct duplicate_fault {  ///< M. Messages are sent again.
  message_choice of = message_choice::answers;
  std::uint32_t copies = 1;  ///< In addition. > 0
};
struct late_event_fault {};   ///< M. Behind the answer to an unsubscribe comes one more event.
struct event_first_fault {};  ///< M. The answer to a subscribe comes behind its first event.
struct fail_subscription_fault {};  ///< M. In place of an event comes a failed result with the id
                                    ///< of its subscription.
struct fail_command_fault {         ///< M. Commands are not executed; they fail.
  std::string code = "home_assistant_error";
  std::string message = "Unknown error";
  std::string translation_key;  ///< Empty: no translation fields.
  std::string translation_domain;
  std::map<std::string, std::string> placeholders;
};
struct unknown_event_fault {};  ///< C. An event comes for a subscription that nobody made.
struct wrong_id_fault {         ///< M. Answers carry another id.
  std::int32_t off_by = 1000;   ///< Added to it. Not 0.
};
struct bad_json_fault {  ///< M.
  enum class flaw : std::uint8_t {
    cut,      ///< Only the first half of the text.
    nan,      ///< A literal that JSON does not have.
    garbage,  ///< No JSON at all.
  } how = flaw::cut;
  message_choice of = message_choice::all;
};
struct batch_fault {       ///< C. Messages come in arrays.
  std::uint32_t size = 1;  ///< Of an array, at most. In [1, 4095].
  /// How long an array is waited for to be full. >= 0
  duration wait = std::chrono::milliseconds(100);
};
struct giant_fault {  ///< M. Messages are padded with blanks.
  message_choice of = message_choice::all;
  std::uint32_t bytes = 8U << 20U;  ///< So large. > 0
};
struct storm_fault {          ///< S. States change, all at once or evenly spread over `for`.
  std::uint32_t count = 500;  ///< Changes. > 0
  std::string entity = "*";   ///< Pattern of ids.
};
struct overflow_fault {};     ///< C. What waits to go out is dropped, then Close 1000.
struct remove_entity_fault {  ///< S. For good.
  std::string entity;         ///< Pattern of ids.
};
struct rename_entity_fault {  ///< S. For good.
  std::string entity;
  std::string to;
};
struct unavailable_fault {   ///< S. Entities are unavailable; afterwards they are what they were.
  std::string entity = "*";  ///< Pattern of ids.
};
struct expire_tokens_fault {};  ///< S. All access tokens handed out so far have expired.
struct revoke_token_fault {};   ///< C. Its token is revoked, which closes it.
struct ban_fault {};            ///< S. Addresses are banned: 403 for every new request.
struct version_fault {          ///< S. It says it is another version, for good.
  std::string to;
};
struct clock_jump_fault {  ///< S. Its wall clock is wrong.
  duration by = std::chrono::hours(1);
  bool back = false;
};
struct no_deflate_fault {};                      ///< C. Compression is not granted.
struct trickle_fault {                           ///< C. Bytes come in drops.
  std::uint32_t bytes = 1;                       ///< > 0
  duration gap = std::chrono::milliseconds(10);  ///< > 0
};
struct fragment_fault {      ///< C. Messages come in many frames.
  std::uint32_t bytes = 16;  ///< Of payload, each. > 0
};
struct mute_events_fault {};        ///< C. Events are not sent; answers and pongs are.
struct dead_subscription_fault {};  ///< M. Subscriptions succeed, and no event ever comes for them.
struct recovery_mode_fault {};      ///< S. Logins work; nearly all entities and services are gone.
struct stop_reading_fault {};       ///< C. It reads nothing any more, and goes on sending.
struct reject_compressed_fault {};  ///< C. A compressed message is answered with Close 1002.
struct crowd_fault {                ///< S. It takes only so many new connections in a second.
  std::uint32_t per_second = 10;    ///< > 0
  enum class excess : std::uint8_t {
    wait,   ///< Until there is room.
    reset,  ///< RST as soon as TCP is there.
    deny,   ///< 429 at the upgrade, with Retry-After.
  } beyond = excess::wait;
  duration retry_after = std::chrono::seconds(10);  ///< Of `deny`, in whole seconds.
};
/// C. The upgrade is answered by what does not speak WebSocket; then nothing more is said.
struct bad_upgrade_fault {
  enum class answer : std::uint8_t {
    wrong_accept,  ///< 101 with another Sec-WebSocket-Accept than the one asked for.
    banner,        ///< No HTTP at all: the first line of an SSH server.
  } how = answer::wrong_accept;
};

}  // namespace hassle::scenario
