// The kinds of faults that are a server's and are not in fault_rules.cpp.
#include "scenarios/fault_declarations.hpp"

namespace hassle::scenario {
namespace {

constexpr std::uint32_t any_count = 1'000'000;

/// Adds `key = how` and, with it, the code of a Close frame.
template <class Kind>
void add_ending(kind_rules& rules, ending_style Kind::* how, std::uint16_t Kind::* code) {
  rules.keys
      .key("how", parameter(how),
           a_word<ending_style>({{"close", ending_style::close},
                                 {"fin", ending_style::fin},
                                 {"reset", ending_style::reset}}),
           "With a Close frame, or without one by FIN or RST.")
      .key("code", parameter(code), an_integer<std::uint16_t>(1000, 4999), "Of the Close frame.",
           need::optional,
           [how](const fault& f) { return std::get<Kind>(f.what).*how == ending_style::close; })
      .check([how](const value& table, fault& f, problems& out) {
        const value* const found = table.find("code");
        if (found != nullptr && std::get<Kind>(f.what).*how != ending_style::close) {
          out.add(found->where, "'code' has no effect without a Close frame", "how = \"close\"");
        }
      });
}

template <class Kind>
void add_messages(kind_rules& rules, message_choice Kind::* of) {
  rules.keys.key("of", parameter(of),
                 a_word<message_choice>({{"answers", message_choice::answers},
                                         {"events", message_choice::events},
                                         {"all", message_choice::all}}),
                 "Which messages.");
}

template <class Kind>
void add_entities(kind_rules& rules, std::string Kind::* pattern, need n) {
  rules.keys.key("entity", parameter(pattern), a_pattern(), "Ids of entities: \"light.*\".", n);
}

/// A path only matters where a request is looked at.
template <class Kind>
void add_path(kind_rules& rules, typename Kind::stage only_at) {
  rules.keys
      .key("path", parameter(&Kind::path), a_pattern(),
           "Of the request: \"/auth/token\", \"/api/*\".", need::optional,
           [only_at](const fault& f) { return std::get<Kind>(f.what).at == only_at; })
      .check([only_at](const value& table, fault& f, problems& out) {
        const value* const path = table.find("path");
        if (path != nullptr && std::get<Kind>(f.what).at != only_at) {
          out.add(path->where, "'path' has no effect at this stage", "stage = \"request\"");
        }
      });
}

kind_rules declare_silence() {
  using stage = silence_fault::stage;
  kind_rules rules = lasting(silence_fault{}, reach::connections,
                             "Silence at one stage of a connection, whose stream stays open.");
  rules.keys.key("stage", parameter(&silence_fault::at),
                 a_word<stage>({{"accept", stage::accept},
                                {"request", stage::request},
                                {"upgrade", stage::upgrade},
                                {"auth", stage::auth},
                                {"open", stage::open}}),
                 "Behind the accept, the HTTP request, the upgrade, the login's `auth`; or an open "
                 "connection goes half-open.");
  add_path<silence_fault>(rules, stage::request);
  return rules;
}

kind_rules declare_hang_up() {
  using stage = hang_up_fault::stage;
  kind_rules rules = lasting(hang_up_fault{}, reach::messages,
                             "Connections are ended by the server when they reach a stage.");
  rules.keys.key("stage", parameter(&hang_up_fault::at),
                 a_word<stage>({{"accept", stage::accept},
                                {"request", stage::request},
                                {"upgrade", stage::upgrade},
                                {"auth_ok", stage::auth_ok},
                                {"result", stage::result}}),
                 "Behind the accept, the HTTP request, auth_required, auth_ok; or in place of an "
                 "answer whose command was executed.");
  add_ending(rules, &hang_up_fault::how, &hang_up_fault::code);
  add_path<hang_up_fault>(rules, stage::request);
  rules.keys.check([](const value& table, fault& f, problems& out) {
    const value* const command = table.find("command");
    if (command != nullptr && std::get<hang_up_fault>(f.what).at != stage::result) {
      out.add(command->where, "'command' has no effect at this stage", "stage = \"result\"");
    }
  });
  return rules;
}

bool is_redirect(const http_error_fault& f) { return 300 <= f.status && f.status < 400; }

kind_rules declare_http_error() {
  using body = http_error_fault::body;
  kind_rules rules = lasting(http_error_fault{}, reach::connections,
                             "HTTP requests, upgrades among them, are answered with an error, a "
                             "page or a redirect.");
  rules.keys
      .key("status", parameter(&http_error_fault::status), an_integer<std::uint16_t>(200, 599),
           "Of the answer: 200 is a captive portal's page.")
      .key(
          "body", parameter(&http_error_fault::content),
          a_word<body>({{"html", body::html},
                        {"text", body::text},
                        {"json", body::json},
                        {"empty", body::empty}}),
          "A proxy's page, Home Assistant's \"503: Service Unavailable\", an error of /auth/token, "
          "or nothing.")
      .key("retry_after", parameter(&http_error_fault::retry_after), a_duration(zero::allowed),
           "The header Retry-After, in whole seconds.")
      .key("path", parameter(&http_error_fault::path), a_pattern(),
           "Of the request: \"/auth/token\", \"/api/*\".")
      .key("delay", parameter(&http_error_fault::delay), a_duration(zero::allowed),
           "Before the answer.")
      .key("location", parameter(&http_error_fault::location), a_line(),
           "The header Location of a redirect.", need::optional,
           [](const fault& f) { return is_redirect(std::get<http_error_fault>(f.what)); })
      .check([](const value& table, fault& f, problems& out) {
        const value* const found = table.find("location");
        if (found != nullptr && !is_redirect(std::get<http_error_fault>(f.what))) {
          out.add(found->where, "'location' has no effect without a redirect", "status = 302");
        }
      });
  return rules;
}

kind_rules declare_reject_auth() {
  kind_rules rules =
      lasting(reject_auth_fault{}, reach::connections, "auth_invalid, whatever the token.");
  rules.keys.key("message", parameter(&reject_auth_fault::message), a_text(), "Of auth_invalid.")
      .key("delay", parameter(&reject_auth_fault::delay), a_duration(zero::allowed),
           "Between auth_invalid and the Close.");
  return rules;
}

kind_rules declare_delay_answer() {
  static const auto occurrence = occurrence_with("by");
  kind_rules rules = lasting_by(delay_answer_fault{}, reach::messages,
                                "Answers are late; other messages overtake them.", occurrence);
  add_amount(rules, "by", parameter(&delay_answer_fault::by), "How late.");
  return rules;
}

kind_rules declare_reorder() {
  kind_rules rules = lasting(reorder_fault{}, reach::messages,
                             "Answers are held back until later ones have gone out.");
  rules.keys.key("behind", parameter(&reorder_fault::behind), an_integer<std::uint32_t>(1, 1000),
                 "How many later answers.");
  return rules;
}

kind_rules declare_duplicate() {
  kind_rules rules = lasting(duplicate_fault{}, reach::messages, "Messages are sent again.");
  add_messages(rules, &duplicate_fault::of);
  rules.keys.key("copies", parameter(&duplicate_fault::copies), an_integer<std::uint32_t>(1, 1000),
                 "How often again.");
  return rules;
}

kind_rules declare_fail_command() {
  kind_rules rules = lasting(fail_command_fault{}, reach::messages,
                             "Commands are not executed and fail with an error.");
  const form<std::string> text = a_text();
  rules.keys.key("code", parameter(&fail_command_fault::code), a_line(), "Of the error.")
      .key("message", parameter(&fail_command_fault::message), text, "Of the error.")
      .key("translation_key", parameter(&fail_command_fault::translation_key), text,
           "Without: no translation fields.", need::optional,
           [](const fault& f) {
             return !std::get<fail_command_fault>(f.what).translation_key.empty();
           })
      .key("translation_domain", parameter(&fail_command_fault::translation_domain), text,
           "Integration that the text belongs to.", need::optional,
           [](const fault& f) {
             return !std::get<fail_command_fault>(f.what).translation_domain.empty();
           })
      .key(
          "placeholders", parameter(&fail_command_fault::placeholders), texts_by_name(),
          "Of the translation: { service = \"turn_on\" }.", need::optional,
          [](const fault& f) { return !std::get<fail_command_fault>(f.what).placeholders.empty(); })
      .check([](const value& table, fault& f, problems& out) {
        if (!std::get<fail_command_fault>(f.what).translation_key.empty()) {
          return;
        }
        for (const std::string_view key : {"translation_domain", "placeholders"}) {
          if (const value* const found = table.find(key)) {
            out.add(found->where, fmt::format("'{}' has no effect without 'translation_key'", key));
          }
        }
      });
  return rules;
}

kind_rules declare_wrong_id() {
  kind_rules rules =
      lasting(wrong_id_fault{}, reach::messages, "Answers carry the id of another command.");
  rules.keys
      .key("off_by", parameter(&wrong_id_fault::off_by),
           an_integer<std::int32_t>(-1'000'000, 1'000'000), "Added to the id; not 0.")
      .check([](const value& table, fault& f, problems& out) {
        if (std::get<wrong_id_fault>(f.what).off_by == 0) {
          out.add(table.find("off_by")->where, "'off_by' must not be 0");
        }
      });
  return rules;
}

kind_rules declare_bad_json() {
  using flaw = bad_json_fault::flaw;
  kind_rules rules = lasting(bad_json_fault{}, reach::messages, "Messages are no JSON.");
  rules.keys.key("how", parameter(&bad_json_fault::how),
                 a_word<flaw>({{"cut", flaw::cut}, {"nan", flaw::nan}, {"garbage", flaw::garbage}}),
                 "Cut in half, with a literal NaN, or no JSON at all.");
  add_messages(rules, &bad_json_fault::of);
  return rules;
}

kind_rules declare_batch() {
  kind_rules rules = lasting(batch_fault{}, reach::connections, "Messages come in JSON arrays.");
  rules.keys
      .key("size", parameter(&batch_fault::size), an_integer<std::uint32_t>(1, 4095),
           "Messages of an array, at most.")
      .key("wait", parameter(&batch_fault::wait), a_duration(zero::allowed),
           "How long it waits for an array to be full.");
  return rules;
}

kind_rules declare_giant() {
  kind_rules rules = lasting(giant_fault{}, reach::messages, "Messages are padded with blanks.");
  add_messages(rules, &giant_fault::of);
  rules.keys.key("bytes", parameter(&giant_fault::bytes), an_integer<std::uint32_t>(1, 256U << 20U),
                 "How large they become.");
  return rules;
}

/// At once, unless it is said how long it takes.
kind_rules declare_storm() {
  kind_rules rules = lasting(storm_fault{}, reach::server, "States change, many of them.");
  rules.drawn_required.clear();
  rules.keys.key("count", parameter(&storm_fault::count), an_integer<std::uint32_t>(1, any_count),
                 "Changes, evenly spread over `for`; without it all at once.");
  add_entities(rules, &storm_fault::entity, need::optional);
  return rules;
}

kind_rules declare_remove_entity() {
  kind_rules rules =
      momentary(remove_entity_fault{}, reach::server, "Entities are removed, for good.");
  add_entities(rules, &remove_entity_fault::entity, need::required);
  return rules;
}

kind_rules declare_rename_entity() {
  kind_rules rules =
      momentary(rename_entity_fault{}, reach::server, "An entity gets another id, for good.");
  rules.keys
      .key("entity", parameter(&rename_entity_fault::entity), an_entity(), "Its id.",
           need::required)
      .key("to", parameter(&rename_entity_fault::to), an_entity(), "Its new id.", need::required);
  return rules;
}

kind_rules declare_unavailable() {
  kind_rules rules = lasting(unavailable_fault{}, reach::server,
                             "Entities are unavailable; afterwards they are what they were.");
  add_entities(rules, &unavailable_fault::entity, need::optional);
  return rules;
}

kind_rules declare_version() {
  kind_rules rules =
      momentary(version_fault{}, reach::server, "The server says it is another version, for good.");
  rules.keys.key("to", parameter(&version_fault::to), a_line(), "Such as \"2026.7.0\".",
                 need::required);
  return rules;
}

kind_rules declare_clock_jump() {
  kind_rules rules =
      lasting(clock_jump_fault{}, reach::server, "The server's wall clock is wrong.");
  rules.keys.key("by", parameter(&clock_jump_fault::by), a_duration(zero::refused), "How much.")
      .key("back", parameter(&clock_jump_fault::back), a_flag(), "Slow rather than fast.");
  return rules;
}

kind_rules declare_trickle() {
  kind_rules rules = lasting(trickle_fault{}, reach::connections,
                             "Bytes come in small pieces, from the answer to the upgrade on.");
  rules.keys
      .key("bytes", parameter(&trickle_fault::bytes), an_integer<std::uint32_t>(1, 1U << 20U),
           "Of a piece, at most.")
      .key("gap", parameter(&trickle_fault::gap), a_duration(zero::refused),
           "From a piece to the next.");
  return rules;
}

kind_rules declare_fragment() {
  kind_rules rules =
      lasting(fragment_fault{}, reach::connections, "Messages come in many WebSocket frames.");
  rules.keys.key("bytes", parameter(&fragment_fault::bytes),
                 an_integer<std::uint32_t>(1, 1U << 20U), "Payload of a frame, at most.");
  return rules;
}

kind_rules declare_crowd() {
  using excess = crowd_fault::excess;
  kind_rules rules = lasting(crowd_fault{}, reach::server,
                             "The server takes only so many new connections in a second.");
  rules.keys
      .key("per_second", parameter(&crowd_fault::per_second),
           an_integer<std::uint32_t>(1, any_count), "How many.")
      .key("beyond", parameter(&crowd_fault::beyond),
           a_word<excess>(
               {{"wait", excess::wait}, {"reset", excess::reset}, {"deny", excess::deny}}),
           "The others wait, get RST, or 429 with Retry-After at the upgrade.")
      .key("retry_after", parameter(&crowd_fault::retry_after), a_duration(zero::refused),
           "Of `deny`, in whole seconds.", need::optional,
           [](const fault& f) { return std::get<crowd_fault>(f.what).beyond == excess::deny; })
      .check([](const value& table, fault& f, problems& out) {
        const value* const found = table.find("retry_after");
        if (found != nullptr && std::get<crowd_fault>(f.what).beyond != excess::deny) {
          out.add(found->where, "'retry_after' has no effect without 429", "beyond = \"deny\"");
        }
      });
  return rules;
}

kind_rules declare_bad_upgrade() {
  using answer = bad_upgrade_fault::answer;
  kind_rules rules = lasting(bad_upgrade_fault{}, reach::connections,
                             "Upgrades are answered by what does not speak WebSocket.");
  rules.keys.key(
      "how", parameter(&bad_upgrade_fault::how),
      a_word<answer>({{"wrong_accept", answer::wrong_accept}, {"banner", answer::banner}}),
      "101 with a wrong Sec-WebSocket-Accept, or the first line of an SSH server; "
      "then silence.");
  return rules;
}

}  // namespace

std::vector<kind_rules> server_kinds() {
  return {
      declare_silence(),
      declare_hang_up(),
      declare_http_error(),
      declare_reject_auth(),
      lasting(ignore_pings_fault{}, reach::connections, "Ping frames are not answered."),
      declare_delay_answer(),
      declare_reorder(),
      declare_duplicate(),
      lasting(late_event_fault{}, reach::messages,
              "Behind the answer to an unsubscribe comes one more event."),
      lasting(event_first_fault{}, reach::messages,
              "The first event of a subscription comes before the answer to the subscribe."),
      lasting(fail_subscription_fault{}, reach::messages,
              "In place of an event comes a failed result with the id of its subscription."),
      declare_fail_command(),
      momentary(unknown_event_fault{}, reach::open_connections,
                "An event comes for a subscription that nobody made."),
      declare_wrong_id(),
      declare_bad_json(),
      declare_batch(),
      declare_giant(),
      declare_storm(),
      momentary(
          overflow_fault{}, reach::open_connections,
          "What waits to go out is dropped, then Close 1000: as if the client were too slow."),
      declare_remove_entity(),
      declare_rename_entity(),
      declare_unavailable(),
      momentary(expire_tokens_fault{}, reach::server,
                "All access tokens handed out so far have expired."),
      momentary(revoke_token_fault{}, reach::open_connections,
                "The token that a connection was opened with is revoked, which closes it."),
      lasting(ban_fault{}, reach::server, "Addresses are banned: 403 for every new request."),
      declare_version(),
      declare_clock_jump(),
      lasting(no_deflate_fault{}, reach::connections, "Compression is not granted."),
      declare_trickle(),
      declare_fragment(),
      lasting(mute_events_fault{}, reach::connections,
              "Events are not sent; answers and pongs are."),
      lasting(dead_subscription_fault{}, reach::messages,
              "Subscriptions succeed, and no event ever comes for them."),
      lasting(recovery_mode_fault{}, reach::server,
              "Logins work; nearly all entities and services are gone."),
      lasting(stop_reading_fault{}, reach::connections,
              "The server reads nothing any more, and goes on sending."),
      lasting(reject_compressed_fault{}, reach::connections,
              "A compressed message is answered with Close 1002."),
      declare_crowd(),
      declare_bad_upgrade(),
  };
}

}  // namespace hassle::scenario
