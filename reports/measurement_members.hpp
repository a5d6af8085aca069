#pragma once

#include "reports/report.hpp"

#include <concepts>
#include <type_traits>

namespace hassle::reports {

// All that a measurement is made of, member by member: `visit("name", member)` for each. The file
// of a measurement is written and read by it. The bindings see to it that no member is forgotten:
// one more, and this does not compile.

template <class T, class Plain>
concept either_const = std::same_as<std::remove_const_t<T>, Plain>;

template <either_const<shard_part> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [number, count, plan, keeps_runs, keeps_wire] = of;
  visit("number", number);
  visit("count", count);
  visit("plan", plan);
  visit("keeps_runs", keeps_runs);
  visit("keeps_wire", keeps_wire);
}

template <either_const<scenario_info> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [name, group, wanted, title, mechanism, severity, layers, file] = of;
  visit("name", name);
  visit("group", group);
  visit("wanted", wanted);
  visit("title", title);
  visit("mechanism", mechanism);
  visit("severity", severity);
  visit("layers", layers);
  visit("file", file);
}

template <either_const<run_context> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [scenario, client, world, seed, simulated, healed, faults_that_must_hit, fault_kinds,
         layers, recovery_bound] = of;
  visit("scenario", scenario);
  visit("client", client);
  visit("world", world);
  visit("seed", seed);
  visit("simulated", simulated);
  visit("healed", healed);
  visit("faults_that_must_hit", faults_that_must_hit);
  visit("fault_kinds", fault_kinds);
  visit("layers", layers);
  visit("recovery_bound", recovery_bound);
}

template <either_const<oracle_result> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [name, violations, first_command, first_at, first, first_seed, promised] = of;
  visit("name", name);
  visit("violations", violations);
  visit("first_command", first_command);
  visit("first_at", first_at);
  visit("first", first);
  visit("first_seed", first_seed);
  visit("promised", promised);
}

template <either_const<file_place> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [file, line] = of;
  visit("file", file);
  visit("line", line);
}

template <either_const<rerun_options> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [arguments, client_files, client_commands] = of;
  visit("arguments", arguments);
  visit("client_files", client_files);
  visit("client_commands", client_commands);
}

template <either_const<expectation> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [figure, min, max, why, where] = of;
  visit("figure", figure);
  visit("min", min);
  visit("max", max);
  visit("why", why);
  visit("where", where);
}

template <either_const<staged_recovery> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [fault_kind, began, stages] = of;
  visit("fault_kind", fault_kind);
  visit("began", began);
  visit("stages", stages);
}

template <either_const<run_figures> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [commands, outcomes, errors, latencies, uncorrected_latencies, lifetimes, duplicates,
         wrong_answers, past_limit, lost, unknown, attempts, connections, recoveries,
         recovery_stages, executions, failure_latencies, detections, connect_times, reconnections,
         gauges, idle_faults, hit_faults, oracles, simulated, seed, digest] = of;
  visit("commands", commands);
  visit("outcomes", outcomes);
  visit("errors", errors);
  visit("latencies", latencies);
  visit("uncorrected_latencies", uncorrected_latencies);
  visit("lifetimes", lifetimes);
  visit("duplicates", duplicates);
  visit("wrong_answers", wrong_answers);
  visit("past_limit", past_limit);
  visit("lost", lost);
  visit("unknown", unknown);
  visit("attempts", attempts);
  visit("connections", connections);
  visit("recoveries", recoveries);
  visit("recovery_stages", recovery_stages);
  visit("executions", executions);
  visit("failure_latencies", failure_latencies);
  visit("detections", detections);
  visit("connect_times", connect_times);
  visit("reconnections", reconnections);
  visit("gauges", gauges);
  visit("idle_faults", idle_faults);
  visit("hit_faults", hit_faults);
  visit("oracles", oracles);
  visit("simulated", simulated);
  visit("seed", seed);
  visit("digest", digest);
}

template <either_const<cell> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [scenario, client, world, runs, complete, layers, expectations, title] = of;
  visit("scenario", scenario);
  visit("client", client);
  visit("world", world);
  visit("runs", runs);
  visit("complete", complete);
  visit("layers", layers);
  visit("expectations", expectations);
  visit("title", title);
}

template <either_const<wire_connection> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [number, client, server, server_port] = of;
  visit("number", number);
  visit("client", client);
  visit("server", server);
  visit("server_port", server_port);
}

template <either_const<wire_event> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [at, connection, from_client, kind, count, bytes] = of;
  visit("at", at);
  visit("connection", connection);
  visit("from_client", from_client);
  visit("kind", kind);
  visit("count", count);
  visit("bytes", bytes);
}

template <either_const<wire_capture> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [connections, events, events_left_out] = of;
  visit("connections", connections);
  visit("events", events);
  visit("events_left_out", events_left_out);
}

template <either_const<kept_run> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [context, events, wire] = of;
  visit("context", context);
  visit("events", events);
  visit("wire", wire);
}

template <either_const<effort_goal> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [width, certain, seeds_first, seeds_max] = of;
  visit("width", width);
  visit("certain", certain);
  visit("seeds_first", seeds_first);
  visit("seeds_max", seeds_max);
}

template <either_const<measurement> T, class Visit>
void members(T& of, Visit&& visit) {
  auto& [tool_version, kind, against, scenarios, cells, kept, interrupted, until, part, again] = of;
  visit("tool_version", tool_version);
  visit("kind", kind);
  visit("against", against);
  visit("scenarios", scenarios);
  visit("cells", cells);
  visit("kept", kept);
  visit("interrupted", interrupted);
  visit("until", until);
  visit("part", part);
  visit("again", again);
}

}  // namespace hassle::reports
