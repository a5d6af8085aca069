#include "reports/tests/helpers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace hassle::reports::tests {

using enum event_kind;

recorder& recorder::at(nanoseconds t) {
  now_ = t;
  return *this;
}
recorder& recorder::after(nanoseconds d) { return at(now_ + d); }

recorder& recorder::note(event_kind kind, std::uint32_t connection, std::uint32_t command,
                         std::int64_t value, std::string_view text) {
  journal_.add({now_, kind, connection, command, value, std::string(text)});
  return *this;
}

recorder& recorder::started(std::int64_t generation) {
  return note(process_started, 0, 0, generation);
}
recorder& recorder::stopped(std::string_view why, std::int64_t generation) {
  return note(process_stopped, 0, 0, generation, why);
}
recorder& recorder::attempt(std::int64_t number) { return note(attempt_began, 0, 0, number); }
recorder& recorder::failed(std::string_view why, std::int64_t number, std::uint32_t c) {
  return note(attempt_failed, c, 0, number, why);
}
recorder& recorder::ready(std::uint32_t c) {
  attempt().note(dialed, c, 0, 0, "homeassistant:8123").after(10ms).note(connected, c);
  return note(server_accepted, c).after(20ms).note(client_ready, c, 0, 1);
}
recorder& recorder::closed(std::uint32_t c, std::string_view why) {
  return note(client_closed, c, 0, 0, why);
}
recorder& recorder::cut(std::uint32_t c, std::string_view why) {
  return note(connection_cut, c, 0, 0, why);
}
recorder& recorder::server_closed(std::uint32_t c, std::string_view why) {
  return note(event_kind::server_closed, c, 0, 0, why);
}

recorder& recorder::issue(std::uint32_t n, std::string_view what, nanoseconds limit) {
  return note(command_issued, 0, n, limit.count(), what);
}
recorder& recorder::send(std::uint32_t c, std::uint32_t n, std::int64_t id) {
  return note(command_sent, c, n, id);
}
recorder& recorder::receive(std::uint32_t c, std::int64_t id, std::string_view what) {
  return note(server_received, c, 0, id, what);
}
recorder& recorder::execute(std::uint32_t c, std::int64_t id, std::string_view what) {
  return note(server_executed, c, 0, id, what);
}
recorder& recorder::answer(std::uint32_t c, std::int64_t id, std::string_view how) {
  return note(server_answered, c, 0, id, how);
}
recorder& recorder::take(std::uint32_t c, std::uint32_t n, std::int64_t id, std::string_view how) {
  return note(answer_taken, c, n, id, how);
}
recorder& recorder::done(std::uint32_t n, std::string_view outcome, nanoseconds age) {
  return note(command_done, 0, n, age.count(), outcome);
}
recorder& recorder::succeed(std::uint32_t n, std::uint32_t c, std::int64_t id,
                            std::string_view what) {
  issue(n, what).send(c, n, id).after(10ms).receive(c, id, what);
  if (is_service_call(what)) execute(c, id, what);
  return after(20ms).answer(c, id).after(10ms).take(c, n, id).done(n, "fresh");
}
recorder& recorder::fail(std::uint32_t n, std::string_view outcome, std::string_view what) {
  return issue(n, what).done(n, outcome);
}

recorder& recorder::phase(std::string_view name) { return note(phase_changed, 0, 0, 0, name); }
recorder& recorder::begin(std::string_view fault, std::int64_t occurrence) {
  return note(fault_began, 0, 0, occurrence, fault);
}
recorder& recorder::hit(std::string_view fault, std::uint32_t c, std::uint32_t n,
                        std::int64_t occurrence) {
  return note(fault_hit, c, n, occurrence, fault);
}
recorder& recorder::end(std::string_view fault, std::int64_t occurrence) {
  return note(fault_ended, 0, 0, occurrence, fault);
}

run_context a_run() {
  run_context context;
  context.scenario = "ha-restart";
  context.client = "pool";
  context.seed = 3;
  context.simulated = 10min;
  context.healed = 8min;
  return context;
}

void expect_golden(std::string_view name, const std::string& text) {
  const auto file = std::filesystem::path(HASSLE_SOURCE_DIR) / "reports/tests/golden" / name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in) << file << " is missing: run with UPDATE_GOLDEN=1 and look at what it writes";
  const std::string expected(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(text, expected) << "differs from " << name << "; UPDATE_GOLDEN=1 rewrites it";
}

}  // namespace hassle::reports::tests
