// Scripts and automations of a home; the rest is in home.cpp.
#include "mockha/condition.hpp"
#include "mockha/config_values.hpp"
#include "mockha/home_doing.hpp"
#include "mockha/targets.hpp"
#include "mockha/template.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace hassle::mockha {

namespace {

failure raised(std::string text) {
  return {.code = "home_assistant_error",
          .message = std::move(text),
          .translation_key = {},
          .translation_domain = {},
          .translation_placeholders = {}};
}

// The texts in a value that are templates, rendered.
class data_renderer {
 public:
  data_renderer(const home& house, wall_time now, const json::object& variables)
      : setting_{.house = house, .now = now, .variables = &variables} {}

  json::value rendered(const json::value& from) {
    if (const json::string* text = from.if_string()) {
      return is_template(*text) ? text_rendered(*text) : from;
    }
    if (const json::array* list = from.if_array()) {
      json::array all;
      for (const auto& element : *list) all.push_back(rendered(element));
      return all;
    }
    if (const json::object* object = from.if_object()) return json::value(rendered(*object));
    return from;
  }
  json::object rendered(const json::object& from) {
    json::object all;
    for (const auto& member : from) all[member.key()] = rendered(member.value());
    return all;
  }
  /// What went wrong first.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  json::value text_rendered(std::string_view text) {
    const auto program = template_program::parse(text);
    if (!program) return failed(program.error());
    auto done = render(*program, setting_);
    return done.result ? std::move(*done.result) : failed(done.result.error());
  }
  json::value failed(const std::string& why) {
    if (error_.empty()) error_ = why;
    return nullptr;
  }

  const template_setting setting_;
  std::string error_;
};

// What a service that a script called did becomes part of what the script did.
void merge(home::outcome& into, home::outcome&& part) {
  for (auto& said : part.events) {
    into.events.push_back({said.before + into.changes.size(), std::move(said.event)});
  }
  std::ranges::move(part.changes, std::back_inserter(into.changes));
  std::ranges::move(part.later, std::back_inserter(into.later));
  if (part.wish != service::wish::nothing) into.wish = part.wish;
}

void say(home::outcome& done, bus_event event) {
  done.events.push_back({done.changes.size(), std::move(event)});
}

// Without what call_service puts before it.
void strip_prefix(failure& of) {
  constexpr std::string_view prefix = "Validation error: ";
  if (of.message.starts_with(prefix)) of.message.erase(0, prefix.size());
}

}  // namespace

void home::start_script(entity& target, doing& d, bool waits) {
  const bool automation = target.domain() == "automation";
  const auto found = scripts_.find(target.id());
  if (running_.contains(target.id())) {  // Mode "single": it is not begun again.
    d.done.effective = true;
    return;
  }
  running_.insert(target.id());
  script_run run{.what = found == scripts_.end() ? std::make_shared<const script>() : found->second,
                 .next = 0,
                 .cause = d.done.cause,
                 .variables = d.call.data,
                 .entity_id = target.id(),
                 .wants_response = d.asks_script};
  if (const json::value* given = d.call.data.if_contains("variables"); given && !waits) {
    run.variables = given->is_object() ? given->get_object() : json::object();
  }
  if (automation) {
    run.cause = contexts_.make(d.now);
    run.cause.parent_id = d.done.cause.id;
  }
  const json::value* name = target.now().attributes.if_contains("friendly_name");
  const json::object told{{"name", name ? *name : json::value(target.id())},
                          {"entity_id", target.id()}};
  say(d.done, make_event(automation ? "automation_triggered" : "script_started",
                         json_text(json::value(told)), run.cause, d.now));
  write(target,
        {.state = automation ? target.now().state : "on",
         .attributes = {{"last_triggered", json::value(iso_text(d.now))}, {"current", 1}}},
        d);
  outcome part = resume(std::move(run), d.now, d.wanted);
  const bool paused = part.waits;
  if (waits && part.failed) d.done.failed = std::move(part.failed);
  if (waits) d.done.response = std::move(part.response);
  d.done.waits = waits && paused;
  merge(d.done, std::move(part));
}

void home::start_sequence(doing& d) {
  const json::value* sequence = d.call.data.if_contains("sequence");
  auto what = script::read(sequence ? *sequence : json::value());
  if (!what) {
    d.done.failed = raised(what.error());
    return;
  }
  script_run run{.what = std::make_shared<const script>(std::move(*what)),
                 .next = 0,
                 .cause = d.done.cause,
                 .variables = {},
                 .entity_id = {},
                 .wants_response = true};
  if (const json::value* given = d.call.data.if_contains("variables");
      given && given->is_object()) {
    run.variables = given->get_object();
  }
  d.done = resume(std::move(run), d.now, d.wanted);
}

// Its own pause is the first of `later`.
home::outcome home::resume(script_run run, wall_time now, watch wanted) {
  outcome done;
  done.cause = run.cause;
  done.effective = true;
  if (!run.entity_id.empty() && !running_.contains(run.entity_id)) return done;
  bool ended = false;
  while (!ended && !done.failed && run.next < run.what->steps.size()) {
    const script_step& step = run.what->steps[run.next++];
    if (step.what == script_step::kind::delay) {
      data_renderer renderer(*this, now, run.variables);
      const auto length = read_duration(renderer.rendered(step.length));
      if (!length) {
        done.failed = raised("Error rendering delay: " + renderer.error());
        break;
      }
      done.later.insert(done.later.begin(), {*length, std::move(run)});
      done.waits = true;
      return done;
    }
    take_step(step, run, now, wanted, done, ended);
    if (done.failed && step.continue_on_error) done.failed.reset();
  }
  if (done.failed) {
    strip_prefix(*done.failed);
    done.response.reset();
  } else if (run.wants_response && !done.response) {
    // A script that says nothing; a sequence's response is null then.
    done.response = run.entity_id.empty() ? "null" : "{}";
  }
  finish(run, now, wanted, done);
  return done;
}

void home::take_step(const script_step& step, script_run& run, wall_time now, watch wanted,
                     outcome& done, bool& ended) {
  data_renderer renderer(*this, now, run.variables);
  switch (step.what) {
    case script_step::kind::call:
      call_from(step, run, now, wanted, done);
      return;
    case script_step::kind::fire: {
      const json::object data = renderer.rendered(step.data);
      say(done, make_event(step.name, json_text(json::value(data)), run.cause, now));
      break;
    }
    case script_step::kind::assign: {
      const json::object data = renderer.rendered(step.data);
      for (const auto& member : data) run.variables[member.key()] = member.value();
      break;
    }
    case script_step::kind::check: {
      const auto holds =
          step.must_hold->holds({.house = *this, .now = now, .variables = &run.variables});
      if (!holds) done.failed = raised(holds.error());
      ended = !holds || !*holds;
      return;
    }
    case script_step::kind::stop: {
      ended = true;
      if (step.is_error) done.failed = raised(step.name);
      const json::value* said = run.variables.if_contains(step.variable);
      if (run.wants_response && said) done.response = json_text(*said);
      return;
    }
    case script_step::kind::delay:
      return;
  }
  if (!renderer.error().empty()) done.failed = raised(renderer.error());
}

void home::call_from(const script_step& step, script_run& run, wall_time now, watch wanted,
                     outcome& done) {
  data_renderer renderer(*this, now, run.variables);
  const json::value name = renderer.rendered(json::value(step.name));
  service_call call;
  if (name.is_string()) {
    const std::string_view text = name.get_string();
    call.domain = text.substr(0, text.find('.'));
    call.service = text.substr(std::min(text.size(), call.domain.size() + 1));
  }
  call.data = renderer.rendered(step.data);
  json::object target = renderer.rendered(step.target);
  if (const auto ids = call.data.find("entity_id"); ids != call.data.end()) {
    if (!target.contains("entity_id")) target["entity_id"] = ids->value();
    call.data.erase(ids);
  }
  call.has_target = !target.empty();
  call.entities = read_target(target).entities;
  if (call.entities.size() == 1 && call.entities.front() == "all") {
    call.all = true;
    call.entities.clear();
  }
  if (!renderer.error().empty()) {
    done.failed = raised(renderer.error());
    return;
  }
  const service* called = service_named(call.domain, call.service);
  const bool wants_response = !step.variable.empty();
  if (!called) {
    done.failed =
        failure{.code = "service_validation_error",
                .message = fmt::format("Service {}.{} not found.", call.domain, call.service),
                .translation_key = "service_not_found",
                .translation_domain = "homeassistant",
                .translation_placeholders = {{"domain", call.domain}, {"service", call.service}}};
    return;
  }
  if (auto problem = response_problem(*called, wants_response)) {
    done.failed = std::move(*problem);
    return;
  }
  if (std::string text = schema_violations(*called, call); !text.empty()) {
    done.failed = raised(std::move(text));
    done.failed->code = "invalid_format";
    return;
  }
  say(done, call_service_event(call, run.cause, now));
  outcome part = execute_as(run.cause, *called, call, now, wanted, wants_response);
  if (part.failed) done.failed = std::move(part.failed);
  if (part.response) run.variables[step.variable] = json::parse(*part.response);
  merge(done, std::move(part));
}

void home::finish(const script_run& run, wall_time now, watch wanted, outcome& done) {
  if (run.entity_id.empty()) return;
  running_.erase(run.entity_id);
  entity* target = find_real(run.entity_id);
  if (!target) return;
  const bool automation = target->domain() == "automation";
  write(*target,
        {.state = automation ? target->now().state : "off", .attributes = {{"current", 0}}}, now,
        wanted, done);
}

// The process ends: so do its scripts, where they stand.
void home::end_scripts() {
  const auto ids = std::exchange(running_, {});
  for (const auto& id : ids) {
    const auto n = index_of(id);
    if (!n) continue;
    entity_state ended = entities_[*n].now();
    if (id.starts_with("script.")) ended.state = "off";
    ended.attributes["current"] = 0;
    (void)entities_[*n].replace(std::move(ended), false, {});
  }
}

const std::string& home::services_json() const {
  if (!services_json_.empty()) return services_json_;
  services_json_ = mockha::services_json(there_ == presence::absent);
  if (there_ == presence::absent) return services_json_;
  constexpr std::string_view begin = R"("script":{)";
  const std::size_t at = services_json_.find(begin) + begin.size();
  std::string own;
  for (const auto& [name, one] : script_services_) {
    append_service(own, one);
    own += ',';
  }
  services_json_.insert(at, own);
  return services_json_;
}

}  // namespace hassle::mockha
