// Routes of the admin API: faults by hand.
#include "mockha/admin.hpp"
#include "mockha/admin_text.hpp"

#include "scenarios/scenario.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <ranges>
#include <utility>

namespace hassle::mockha {

namespace {

std::string_view name_of(fault_status::stage where) {
  switch (where) {
    case fault_status::stage::armed:
      return "armed";
    case fault_status::stage::in_force:
      return "in_force";
    case fault_status::stage::ended:
      return "ended";
  }
  return {};
}

constexpr std::size_t all = SIZE_MAX;

/// With the newest `touches` of what it touched.
json::object describe(const fault_status& f, std::size_t touches) {
  json::array touched;
  const std::size_t skipped = f.touched.size() - std::min(touches, f.touched.size());
  for (const auto& each : f.touched | std::views::drop(skipped)) {
    touched.push_back(json::object{
        {"at", seconds(each.at)}, {"connection", each.connection}, {"what", each.what}});
  }
  return {{"number", f.number},
          {"name", f.name},
          {"kind", f.kind},
          {"asked", f.asked},
          {"stage", name_of(f.where)},
          {"began", f.began ? seconds(*f.began) : json::value()},
          {"ended", f.ended ? seconds(*f.ended) : json::value()},
          {"hits", f.hits},
          {"touched", std::move(touched)}};
}

admin_answer get_faults(admin_desk& desk, const admin_request&) {
  constexpr std::size_t touches = 10;  // There may be many faults.
  json::array list;
  for (const auto& each : desk.mock.faults()) list.push_back(describe(each, touches));
  return json_answer(std::move(list));
}

std::optional<fault_status> find(const server& mock, std::uint64_t number) {
  for (auto& each : mock.faults()) {
    if (each.number == number) return std::move(each);
  }
  return std::nullopt;
}

admin_answer get_fault(admin_desk& desk, const admin_request& request) {
  const std::string& text = request.arguments.at(0);
  const auto number = whole_number(text);
  const auto found = number ? find(desk.mock, *number) : std::nullopt;
  if (found) return json_answer(describe(*found, all));
  return error_answer(404, fmt::format("there is no fault '{}'", text),
                      "GET /faults lists their numbers");
}

admin_answer post_fault(admin_desk& desk, const admin_request& request) {
  const auto fault = scenario::parse_fault_json(request.raw.body);
  if (!fault) return error_answer(fault.error());
  const auto number = desk.mock.inject(*fault);
  if (!number) return error_answer(400, number.error());
  const auto begun = find(desk.mock, *number);
  return json_answer(begun ? describe(*begun, all) : json::object{{"number", *number}}, 201);
}

admin_answer delete_fault(admin_desk& desk, const admin_request& request) {
  const std::string& text = request.arguments.at(0);
  const auto number = whole_number(text);
  if (!number || *number > UINT32_MAX || !desk.mock.lift(static_cast<std::uint32_t>(*number))) {
    return error_answer(404, fmt::format("no fault '{}' is armed or in force", text),
                        "GET /faults lists their numbers");
  }
  return empty_answer();
}

json::value describe_keys(const scenario::fault_kind_description& kind) {
  json::array keys;
  for (const auto* each : keys_by_hand(kind)) {
    keys.push_back(json::object{{"name", each->name},
                                {"type", each->type},
                                {"default", each->fallback},
                                {"required", each->required},
                                {"doc", each->doc}});
  }
  return keys;
}

admin_answer get_kinds(admin_desk&, const admin_request&) {
  json::array list;
  for (const auto& each : scenario::fault_kinds()) {
    if (!each.by_server) continue;
    list.push_back(
        json::object{{"kind", each.kind}, {"doc", each.doc}, {"keys", describe_keys(each)}});
  }
  return json_answer(std::move(list));
}

constexpr std::array faults_table = std::to_array<admin_route>({
    {.method = "GET",
     .pattern = "/faults",
     .run = get_faults,
     .name = "getFaults",
     .doc = "Faults that are armed, in force, or have ended, with the newest ten of what each "
            "touched."},
    {.method = "POST",
     .pattern = "/faults",
     .run = post_fault,
     .name = "injectFault",
     .doc = "Begins a fault now, or arms it if it has an 'after'.",
     .status = 201,
     .takes = admin_route::body::fault},
    {.method = "GET",
     .pattern = "/faults/kinds",
     .run = get_kinds,
     .name = "getFaultKinds",
     .doc = "The kinds of faults there are, and the keys that each takes."},
    {.method = "GET",
     .pattern = "/faults/{number}",
     .run = get_fault,
     .name = "getFault",
     .doc = "One of them, with the newest 1,000 of what it touched."},
    {.method = "DELETE",
     .pattern = "/faults/{number}",
     .run = delete_fault,
     .name = "liftFault",
     .doc = "Ends a fault, or disarms it.",
     .status = 204,
     .type = ""},
});

}  // namespace

std::span<const admin_route> fault_routes() { return faults_table; }

}  // namespace hassle::mockha
