// What a rendering may cost, and what it looked at.
#include "mockha/template_functions.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace hassle::mockha {

namespace templates {

value machine::fail(std::string text) {
  if (error_.empty()) error_ = std::move(text);
  return undefined{};
}

value machine::undefined_used(const undefined& what) { return fail("UndefinedError: " + what.why); }

void machine::remark(std::string text, bool error) {
  constexpr std::size_t remarks_max = 100;  // A loop says the same again and again.
  if (failed() || out_.remarks.size() >= remarks_max) return;
  out_.remarks.push_back({std::move(text), error});
}

void machine::mild_use(const undefined& what) {
  if (strict()) {
    (void)undefined_used(what);
  } else {
    remark(what.why, false);
  }
}

bool machine::spend(std::size_t steps) {
  if (failed()) return false;
  steps_ += std::min(steps, limits_.steps_max + 1);
  if (steps_ <= limits_.steps_max) return true;
  out_.too_slow = true;
  (void)fail("TemplateError: Exceeded maximum number of steps");
  return false;
}

bool machine::spend_for(const json::value& v) {
  struct measure {
    std::size_t depth_max;
    std::size_t nodes = 0;
    bool too_deep = false;
    void take(const json::value& of, std::size_t depth) {
      too_deep = too_deep || depth > depth_max;
      if (too_deep) return;
      ++nodes;
      if (const json::string* text = of.if_string()) {
        nodes += text->size() / 64;
      } else if (const json::array* list = of.if_array()) {
        for (const auto& element : *list) take(element, depth + 1);
      } else if (const json::object* dict = of.if_object()) {
        for (const auto& member : *dict) take(member.value(), depth + 1);
      }
    }
  };
  measure m{.depth_max = limits_.depth_max};
  m.take(v, 1);
  if (m.too_deep) (void)fail("RecursionError: nested too deeply");
  return spend(m.nodes);
}

value machine::checked(std::string text) {
  if (text.size() > limits_.value_max) {
    return fail(fmt::format("TemplateError: Template output exceeded maximum size of {} characters",
                            limits_.value_max));
  }
  (void)spend(text.size() / 64);
  return json::value(text);
}

value machine::checked(json::array list) {
  if (list.size() > limits_.value_max) {
    return fail(fmt::format("OverflowError: more than {} elements", limits_.value_max));
  }
  (void)spend(list.size());
  return json::value(std::move(list));
}

const entity* machine::look_at(std::string_view entity_id) {
  out_.listeners.entities.emplace(entity_id);
  return in_.house.find(entity_id);
}

json::array machine::elements(const value& of) {
  json::array all;
  const auto add_states = [&](std::string_view domain) {
    if (in_.house.there() == presence::absent) return;
    for (const auto& e : in_.house.entities()) {
      if (!domain.empty() && e.domain() != domain) continue;
      if (!spend(10 + e.now().attributes.size())) return;
      all.emplace_back(state_object(e));
    }
  };
  if (const auto* u = std::get_if<undefined>(&of)) {
    mild_use(*u);
  } else if (std::holds_alternative<all_states>(of)) {
    out_.listeners.all = true;
    add_states({});
  } else if (const auto* d = std::get_if<domain_states>(&of)) {
    out_.listeners.domains.insert(d->domain);
    add_states(d->domain);
  } else if (const auto* j = std::get_if<json::value>(&of)) {
    if (const json::array* list = j->if_array()) {
      if (spend(list->size())) all = *list;
    } else if (const json::object* dict = j->if_object()) {
      for (const auto& member : *dict) all.emplace_back(member.key());
    } else if (const json::string* text = j->if_string()) {
      if (spend(text->size())) {
        for (const char c : *text) all.emplace_back(std::string_view(&c, 1));
      }
    } else {
      (void)fail(fmt::format("TypeError: '{}' object is not iterable", type_name(*j)));
    }
  } else {
    (void)fail(fmt::format("TypeError: '{}' object is not iterable", type_name(of)));
  }
  return all;
}

bool machine::truth(const value& v) {
  if (const auto* u = std::get_if<undefined>(&v)) {
    mild_use(*u);
    return false;
  }
  if (const auto* j = std::get_if<json::value>(&v)) return is_true(*j);
  if (std::holds_alternative<all_states>(v) || std::holds_alternative<domain_states>(v)) {
    return !elements(v).empty();
  }
  return true;
}

json::value machine::plain(const value& v) {
  if (std::holds_alternative<all_states>(v) || std::holds_alternative<domain_states>(v)) {
    return json::value(elements(v));
  }
  return templates::plain(v, in_.house);
}

}  // namespace templates

bool template_listeners::concerns(std::string_view entity_id) const {
  return all || entities.contains(entity_id) ||
         domains.contains(entity_id.substr(0, entity_id.find('.')));
}

std::string template_listeners::json() const {
  const auto listed = [](const auto& names) {
    std::string text = "[";
    for (const auto& name : names) {
      append_string(text, name);
      text += ',';
    }
    if (text.back() == ',') text.pop_back();
    return text + "]";
  };
  return fmt::format(R"({{"all":{},"entities":{},"domains":{},"time":{}}})", all,
                     all ? "[]" : listed(entities), all ? "[]" : listed(domains), time);
}

}  // namespace hassle::mockha
