#pragma once

#include "mockha/bus_event.hpp"
#include "mockha/services.hpp"

#include "reports/journal.hpp"

#include <hassle/net/time.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace hassle::mockha {

// What the server has to do for a session.

struct send_text {
  enum class kind : std::uint8_t { authentication, answer, event };

  std::string text;
  std::uint64_t answers = 0;  ///< Id of the command that this answers; 0: it is an event or auth.
  std::string code;           ///< "ok" or the error code, of an answer.
  kind what = kind::event;
  std::uint64_t subscription = 0;  ///< Of an event.
  std::string command;  ///< Of an answer: what was asked, as journals call it. Empty where no fault
                        ///< looks at commands (`surroundings::judge`).
};
struct run_service {
  std::uint64_t id = 0;
  const service* called = nullptr;
  service_call call;
  std::string user_id;
  bool wants_response = false;
};
struct publish_event {
  bus_event event;
};
/// Whoever is logged in with an access token of this refresh token is to be thrown out.
struct revoked_token {
  std::string refresh_token_id;
  /// >= 0. If not zero: the caller's own login, which is not yet taken back, is spared so long.
  net::duration after{};
};
struct lose_answer {
  std::uint64_t id = 0;
};
struct send_ping {};
struct end_session {
  bool with_close = true;  ///< Close 1000; false: cut without a word.
  std::string why;
};
/// A login was refused: counts towards a ban of the peer's address.
struct failed_login {};
/// A login was accepted: forgets what was counted.
struct good_login {};
struct note {  ///< For the journal; only where `trace` is set.
  reports::event_kind kind{};
  std::uint64_t id = 0;
  std::string text;
};
using action = std::variant<send_text, run_service, publish_event, revoked_token, lose_answer,
                            send_ping, end_session, failed_login, good_login, note>;
using actions = std::vector<action>;

}  // namespace hassle::mockha
