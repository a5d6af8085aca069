// Routes of the admin API: what happens, as it happens.
#include "mockha/admin.hpp"
#include "mockha/admin_text.hpp"

#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr std::array<std::string_view, 2> yes_no = {"true", "false"};
constexpr std::array<std::string_view, 2> formats = {"lines", "events"};
constexpr std::array journal_query = std::to_array<query_parameter>({
    {"from", R"({"type":"integer","minimum":1})",
     "Number of the first event; the oldest that is still known otherwise"},
    {"follow", R"({"type":"string","enum":["true","false"],"default":"true"})",
     "Whether it goes on with what happens", yes_no},
    {"format", R"({"type":"string","enum":["lines","events"]})",
     "A JSON object a line, or Server-Sent Events; the Accept header decides otherwise", formats},
});

bool wants_events(const admin_request& request) {
  if (const auto format = request.parameter("format")) return *format == "events";
  const std::string* accept = request.raw.find("Accept");
  return accept && accept->find("text/event-stream") != std::string::npos;
}

admin_answer get_journal(admin_desk& desk, const admin_request& request) {
  journal_wish wish;
  wish.events = wants_events(request);
  wish.follow = request.parameter("follow").value_or("true") == "true";
  wish.from = desk.journal.first();
  std::optional<std::string_view> from = request.parameter("from");
  const std::string* last = request.raw.find("Last-Event-ID");  // A browser that comes back.
  if (from) {
    const auto number = whole_number(*from);
    if (!number || *number == 0) return error_answer(400, "'from' is not a number from 1");
    wish.from = *number;
  } else if (last) {
    const auto number = whole_number(*last);
    if (!number) return error_answer(400, "Last-Event-ID is not a number");
    wish.from = *number + 1;
  }
  admin_answer answer;
  answer.response.headers.push_back(
      {"Content-Type", wish.events ? "text/event-stream" : "application/x-ndjson"});
  answer.response.headers.push_back({"Cache-Control", "no-store"});
  answer.stream = wish;
  return answer;
}

constexpr std::array journal_table = std::to_array<admin_route>({
    {.method = "GET",
     .pattern = "/journal",
     .run = get_journal,
     .name = "getJournal",
     .doc = "What happens, as a stream. A line is an event of the journal with its number 'i' in "
            "front: time 't' in ns, kind 'e', connection 'c', value 'v', text 'x'. Whoever reads "
            "too slowly is told which events it missed ('missed') and cut off.",
     .type = "application/x-ndjson",
     .query = journal_query},
});

}  // namespace

std::span<const admin_route> journal_routes() { return journal_table; }

}  // namespace hassle::mockha
