#include "mockha/bus_event.hpp"

namespace hassle::mockha {

bus_event make_event(std::string_view type, std::string_view data, const context& cause,
                     wall_time at) {
  bus_event event{
      .type = std::string(type), .json = {}, .diff_json = {}, .entity_id = {}, .signal = {}};
  std::string& text = event.json;
  text += R"({"event_type":)";
  append_string(text, type);
  text += R"(,"data":)";
  text += data;
  text += R"(,"origin":"LOCAL","time_fired":")";
  append_iso(text, at);
  text += R"(","context":)";
  append_context(text, cause);
  text += '}';
  return event;
}

bus_event state_changed_event(const entity_change& change) {
  bus_event event;
  // Without its texts nobody asked for the event itself, only for the difference.
  if (change.old_json != "null" || change.new_json != "null") {
    std::string data = R"({"entity_id":)";
    append_string(data, change.entity_id);
    data += R"(,"old_state":)";
    data += change.old_json;
    data += R"(,"new_state":)";
    data += change.new_json;
    data += '}';
    event = make_event("state_changed", data, change.cause, change.at);
  }
  event.type = "state_changed";
  event.diff_json = change.diff_json;
  event.entity_id = change.entity_id;
  return event;
}

bus_event call_service_event(const service_call& call, const context& cause, wall_time at) {
  std::string data = R"({"domain":)";
  append_string(data, call.domain);
  data += R"(,"service":)";
  append_string(data, call.service);
  data += R"(,"service_data":{)";
  for (const auto& member : call.data) {
    append_string(data, member.key());
    data += ':';
    append_json(data, member.value());
    data += ',';
  }
  const auto add_ids = [&](std::string_view key, const std::vector<std::string>& ids) {
    append_string(data, key);
    data += ":[";
    for (const auto& id : ids) {
      append_string(data, id);
      data += ',';
    }
    if (data.back() == ',') data.pop_back();
    data += "],";
  };
  const bool others =
      !call.devices.empty() || !call.areas.empty() || !call.floors.empty() || !call.labels.empty();
  if (call.all) {
    data += R"("entity_id":"all",)";
  } else if (!call.entities.empty() || (call.has_target && !others)) {
    add_ids("entity_id", call.entities);
  }
  if (!call.devices.empty()) add_ids("device_id", call.devices);
  if (!call.areas.empty()) add_ids("area_id", call.areas);
  if (!call.floors.empty()) add_ids("floor_id", call.floors);
  if (!call.labels.empty()) add_ids("label_id", call.labels);
  if (data.back() == ',') data.pop_back();
  data += "}}";
  return make_event("call_service", data, cause, at);
}

}  // namespace hassle::mockha
