// The official client at home: states, services, events, and what goes over the wire for them.
import assert from "node:assert/strict";
import test from "node:test";

import { Inbox, Mockha } from "./mockha.mjs";
import { connect, ha, ObservedSocket, watchEntities } from "./official.mjs";

test("it logs in before it is asked to and takes the ids that it always takes", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  assert.equal(connection.haVersion, "2026.6.0");
  await connection.ping();
  const { sent, received } = connection.socket;
  assert.deepEqual(sent, [
    { type: "auth", access_token: mockha.token },
    { type: "supported_features", id: 1, features: { coalesce_messages: 1 } },
    { type: "ping", id: 3 },
  ]);
  assert.deepEqual(JSON.parse(received.all[0]), { type: "auth_required", ha_version: "2026.6.0" });
  assert.deepEqual(JSON.parse(received.all[1]), { type: "auth_ok", ha_version: "2026.6.0" });
});

test("a wrong token is refused for good", async (t) => {
  const mockha = await Mockha.start(t);
  const auth = ha.createLongLivedTokenAuth(mockha.http, "wrong");
  await assert.rejects(
    ha.createConnection({ auth, setupRetry: 3 }),
    (error) => error === ha.ERR_INVALID_AUTH,
  );
});

test("nobody there is an error that can be retried", async (t) => {
  const mockha = await Mockha.start(t);
  await mockha.stop();
  const auth = ha.createLongLivedTokenAuth(mockha.http, mockha.token);
  await assert.rejects(ha.createConnection({ auth }), (error) => error === ha.ERR_CANNOT_CONNECT);
});

test("states are the same in a list and in a subscription", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const states = await ha.getStates(connection);
  assert.equal(states.length, 44);
  const entities = await watchEntities(connection).find(() => true, "entities");
  assert.equal(Object.keys(entities).length, states.length);
  for (const { last_changed, last_updated, last_reported, ...state } of states) {
    const { last_changed: changed, last_updated: updated, ...entity } = entities[state.entity_id];
    assert.deepEqual(entity, state);
    // JavaScript knows milliseconds only.
    assert.equal(Date.parse(changed), Date.parse(last_changed));
    assert.equal(Date.parse(updated), Date.parse(last_updated));
  }
});

test("a service changes an entity before it is answered, in the name of the caller", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const seen = watchEntities(connection);
  const before = await seen.find(() => true, "entities");
  assert.equal(before["light.desk"].state, "off");
  const result = await ha.callService(
    connection,
    "light",
    "turn_on",
    { brightness_pct: 50 },
    { entity_id: "light.desk" },
  );
  const light = seen.all.at(-1)["light.desk"];
  assert.equal(light.state, "on");
  assert.equal(light.attributes.brightness, 128);
  assert.equal(light.attributes.friendly_name, "Desk");
  assert.equal(light.context.id, result.context.id);
  assert.match(light.context.id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  const user = await ha.getUser(connection);
  assert.equal(light.context.user_id, user.id);
  assert.ok(light.last_changed > before["light.desk"].last_changed);
  // The others are what they were.
  assert.deepEqual(seen.all.at(-1)["light.kitchen"], before["light.kitchen"]);
});

test("an unknown service is refused with what a person's language needs", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  await assert.rejects(ha.callService(connection, "light", "explode"), {
    code: "not_found",
    message: "Service light.explode not found.",
    translation_key: "service_not_found",
    translation_domain: "homeassistant",
    translation_placeholders: { domain: "light", service: "explode" },
  });
});

test("what the server does not know is an error of that command alone", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  await assert.rejects(connection.sendMessagePromise({ type: "no/such" }), {
    code: "unknown_command",
    message: "Unknown command.",
  });
  await assert.rejects(connection.sendMessagePromise({ type: "get_states", more: 1 }), {
    code: "invalid_format",
  });
  await connection.ping();
});

test("events come until they are unsubscribed", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const changes = new Inbox();
  const everything = new Inbox();
  const leave = await connection.subscribeEvents(changes.put, "state_changed");
  await connection.subscribeEvents(everything.put);
  const turn = (service) =>
    ha.callService(connection, "switch", service, {}, { entity_id: "switch.fan" });
  await turn("turn_on");
  assert.equal(changes.all.length, 1);
  const [{ data, event_type, origin }] = changes.all;
  assert.equal(event_type, "state_changed");
  assert.equal(origin, "LOCAL");
  assert.equal(data.old_state.state, "off");
  assert.equal(data.new_state.state, "on");
  assert.deepEqual(
    everything.all.map((event) => event.event_type),
    ["call_service", "state_changed"],
  );
  assert.deepEqual(everything.all[0].data, {
    domain: "switch",
    service: "turn_on",
    service_data: { entity_id: ["switch.fan"] },
  });
  await leave();
  await turn("turn_off");
  assert.equal(changes.all.length, 1);
  assert.equal(everything.all.length, 4);
  await assert.rejects(
    connection.sendMessagePromise({ type: "unsubscribe_events", subscription: 3 }),
    { code: "not_found", message: "Subscription not found." },
  );
});

test("messages are compressed, because the socket offers it", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  assert.equal(connection.socket.extensions, "permessage-deflate");
  const states = await ha.getStates(connection);
  // As they came: a tenth would be good, a third is the least.
  const sizes = connection.socket.received.all.map((frame) => frame.length);
  const came = connection.socket._socket.bytesRead;
  assert.ok(came < sizes.reduce((a, b) => a + b) / 3, `${came} bytes for ${sizes}`);
  ObservedSocket.options = { perMessageDeflate: false };
  t.after(() => (ObservedSocket.options = {}));
  const plain = await connect(t, mockha);
  assert.equal(plain.socket.extensions, "");
  assert.deepEqual(await ha.getStates(plain), states);
});

test("what happens at once comes in one frame", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const seen = watchEntities(connection);
  await seen.find(() => true, "entities");
  const frames = connection.socket.received;
  const before = frames.all.length;
  await ha.callService(connection, "light", "turn_on", {}, { entity_id: "all" });
  const came = frames.all.slice(before).map((frame) => JSON.parse(frame));
  const together = came.filter(Array.isArray);
  assert.ok(together.length > 0, "no array");
  assert.ok(together.every((messages) => messages.length > 1));
  // Changes first, the answer last; and the client made sense of it.
  assert.equal(came.flat().at(-1).type, "result");
  const lights = Object.values(seen.all.at(-1)).filter((entity) =>
    entity.entity_id.startsWith("light."),
  );
  assert.equal(came.flat().length, lights.length); // One was on already, one is the answer.
  assert.ok(lights.every((light) => light.state === "on"));
});

test("a service that answers is asked for its response", async (t) => {
  const mockha = await Mockha.start(t, "--home", "large");
  const connection = await connect(t, mockha);
  const services = await ha.getServices(connection);
  assert.deepEqual(services.weather.get_forecasts.response, { optional: false });
  const weather = (await ha.getStates(connection)).find((state) =>
    state.entity_id.startsWith("weather."),
  );
  const ask = (returnResponse) =>
    ha.callService(
      connection,
      "weather",
      "get_forecasts",
      { type: "daily" },
      { entity_id: weather.entity_id },
      returnResponse,
    );
  const { context, response } = await ask(true);
  assert.match(context.id, /^.{26}$/);
  assert.ok(response[weather.entity_id].forecast.length > 0);
  await assert.rejects(ask(false), {
    code: "service_validation_error",
    translation_key: "service_lacks_response_request",
  });
  await assert.rejects(
    ha.callService(connection, "light", "turn_on", {}, { entity_id: "light.desk" }, true),
    { code: "service_validation_error", translation_key: "service_does_not_support_response" },
  );
});

test("collections: config, services, and what the frontend keeps of the registries", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const [configs, services] = [new Inbox(), new Inbox()];
  ha.subscribeConfig(connection, configs.put);
  ha.subscribeServices(connection, services.put);
  const config = await configs.find(() => true, "the configuration");
  assert.equal(config.state, ha.STATE_RUNNING);
  assert.equal(config.version, "2026.6.0");
  for (const part of ["http", "websocket_api", "light", "switch", "climate"]) {
    assert.ok(config.components.includes(part), part);
  }
  const known = await services.find(() => true, "services");
  assert.deepEqual(Object.keys(known.light).sort(), ["toggle", "turn_off", "turn_on"]);
  assert.ok(known.homeassistant.restart);

  const registry = (name, command, event) => {
    const seen = new Inbox();
    const fetchAll = (from) => from.sendMessagePromise({ type: command });
    const subscribe = (from, store) =>
      from.subscribeEvents(
        () => fetchAll(from).then((all) => store.setState(all, true)),
        event,
      );
    ha.getCollection(connection, name, fetchAll, subscribe).subscribe(seen.put);
    return seen;
  };
  const entities = registry("_ent_reg", "config/entity_registry/list", "entity_registry_updated");
  const all = await entities.find(() => true, "entities");
  const devices = await registry(
    "_dev_reg",
    "config/device_registry/list",
    "device_registry_updated",
  ).find(() => true, "devices");
  const areas = await registry(
    "_area_reg",
    "config/area_registry/list",
    "area_registry_updated",
  ).find(() => true, "areas");
  const floors = await registry(
    "_floor_reg",
    "config/floor_registry/list",
    "floor_registry_updated",
  ).find(() => true, "floors");

  // All that is named is there: an entity's device, a device's area, an area's floor.
  const desk = all.find((entity) => entity.entity_id === "light.desk");
  const device = devices.find(({ id }) => id === desk.device_id);
  assert.ok(device, "the light has a device");
  const area = areas.find(({ area_id }) => area_id === (desk.area_id ?? device.area_id));
  assert.ok(area, "which is in a room");
  assert.ok(floors.find(({ floor_id }) => floor_id === area.floor_id), "on a floor");

  await mockha.ask("POST", "/faults", {
    kind: "rename_entity",
    entity: "light.desk",
    to: "light.table",
  });
  const later = await entities.find(
    (list) => list.some((entity) => entity.entity_id === "light.table"),
    "the new name",
  );
  assert.equal(later.length, all.length);
});

test("a trigger, a template and any other message can be subscribed to", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const [triggered, rendered] = [new Inbox(), new Inbox()];
  await connection.subscribeMessage(triggered.put, {
    type: "subscribe_trigger",
    trigger: { platform: "state", entity_id: "switch.heater", to: "on" },
  });
  const leave = await connection.subscribeMessage(rendered.put, {
    type: "render_template",
    template: "{{ states('switch.heater') }}",
  });
  const turn = (service) =>
    ha.callService(connection, "switch", service, {}, { entity_id: "switch.heater" });
  await rendered.find(({ result }) => result === "off", "the first result");
  await turn("turn_on");
  await rendered.find(({ result }) => result === "on", "the second result");
  const { variables } = await triggered.find(() => true, "the trigger");
  assert.equal(variables.trigger.to_state.state, "on");
  await leave();
  await turn("turn_off");
  assert.equal(rendered.all.length, 2);
  assert.equal(triggered.all.length, 1);
  await assert.rejects(
    connection.subscribeMessage(() => {}, {
      type: "subscribe_trigger",
      trigger: { platform: "nonsense" },
    }),
    { code: "invalid_format" },
  );
});

test("a large home arrives whole", async (t) => {
  const mockha = await Mockha.start(t, "--home", "large");
  const connection = await connect(t, mockha);
  const states = await ha.getStates(connection);
  assert.ok(states.length >= 2500, `${states.length} states`);
  const entities = await watchEntities(connection).find(() => true, "entities");
  assert.equal(Object.keys(entities).length, states.length);
});
