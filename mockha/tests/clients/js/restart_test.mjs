// The official client through restarts of the server and through losses of its connection.
import assert from "node:assert/strict";
import test from "node:test";

import { Inbox, Mockha, within } from "./mockha.mjs";
import { connect, ha, ObservedSocket, watchEntities } from "./official.mjs";

/// The phases of a restart; those that a test wants to look at are long enough to be seen.
const quick = { stopping: "10ms", refused: "10ms", not_running: "50ms", starting: "50ms" };

/// What a connection tells of itself.
function watchConnection(connection) {
  const events = new Inbox();
  for (const kind of ["ready", "disconnected", "reconnect-error"]) {
    connection.addEventListener(kind, () => events.put(kind));
  }
  return events;
}

function watchConfig(connection) {
  const configs = new Inbox();
  ha.subscribeConfig(connection, configs.put);
  return configs;
}

const running = (config) => config.state === "RUNNING";
const isOn = (entity) => (entities) => entities[entity]?.state === "on";

test("subscriptions and collections live through a restart", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const events = watchConnection(connection);
  const entities = watchEntities(connection);
  const configs = watchConfig(connection);
  const services = new Inbox();
  ha.subscribeServices(connection, services.put);
  const changes = new Inbox();
  await connection.subscribeEvents(changes.put, "state_changed");
  await entities.find(() => true, "entities");
  await configs.find(running, "the state RUNNING");
  await services.find((all) => all.light, "services");
  const [before, known] = [configs.all.length, services.all.length];

  await mockha.ask("POST", "/restart", quick);
  await events.find((kind) => kind === "ready", "the connection after the restart");
  await configs.find(running, "the state RUNNING after the restart", before);
  // It learns of each as it is registered, and asks for all five seconds after the last.
  await services.find((all) => all.light?.turn_on, "services after the restart", known);
  await services.find((all) => all.light?.turn_on?.fields.brightness, "what they take", known);
  assert.deepEqual(events.all, ["disconnected", "ready"]);

  // What it sent, in the order in which it always does.
  const sent = connection.socket.sent.map(({ type, id, event_type }) =>
    [id, type, event_type].filter((part) => part !== undefined).join(" "),
  );
  assert.deepEqual(sent.slice(0, 10), [
    "auth",
    "1 supported_features",
    "2 subscribe_entities",
    "3 subscribe_events component_loaded",
    "4 subscribe_events core_config_updated",
    "5 subscribe_events service_registered",
    "6 subscribe_events service_removed",
    "7 subscribe_events state_changed",
    "8 get_config",
    "9 get_services",
  ]);

  await ha.callService(connection, "light", "turn_on", {}, { entity_id: "light.desk" });
  await entities.find(isOn("light.desk"), "the light");
  const last = (change) => change.data.new_state?.state === "on";
  await changes.find((change) => change.data.entity_id === "light.desk" && last(change), "change");
});

/// A restart that stays in a phase until it is told to go on.
async function restartInto(mockha, phase) {
  const phases = { stopping: "0s", refused: "0s", not_running: "0s", starting: "0s" };
  const { number } = await mockha.ask("POST", "/faults", {
    kind: "restart",
    ...phases,
    [phase]: "1h",
  });
  return () => mockha.ask("DELETE", `/faults/${number}`);
}

test("while nothing is loaded, a client sees an empty home that does little", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const configs = watchConfig(connection);
  await configs.find(running, "the state RUNNING");
  const before = configs.all.length;
  const goOn = await restartInto(mockha, "not_running");
  await configs.find((config) => config.state === "NOT_RUNNING", "NOT_RUNNING", before);
  assert.equal((await ha.getStates(connection)).length, 0);
  // Integrations are not loaded: their services are unknown, what is built in works.
  await assert.rejects(
    ha.callService(connection, "light", "turn_on", {}, { entity_id: "light.desk" }),
    { code: "not_found" },
  );
  const known = await ha.getServices(connection);
  assert.deepEqual([known.light, !known.homeassistant.restart], [undefined, false]);
  await goOn();
  await configs.find(running, "RUNNING", before);
  assert.equal((await ha.getStates(connection)).length, 44);
});

test("entities come back restored, and then as they were", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const entities = watchEntities(connection);
  const configs = watchConfig(connection);
  const desk = (await entities.find(() => true, "entities"))["light.desk"];
  await configs.find(running, "the state RUNNING");
  const goOn = await restartInto(mockha, "starting");
  const restored = await entities.find(
    (all) => all["light.desk"].state === "unavailable",
    "restored entities",
  );
  assert.equal(restored["light.desk"].attributes.restored, true);
  assert.equal(restored["light.desk"].attributes.friendly_name, "Desk");
  await configs.find((config) => config.state === "STARTING", "STARTING");
  const before = configs.all.length;
  await goOn();
  await configs.find(running, "RUNNING", before);
  const back = await entities.find(
    (all) => all["light.desk"].state === "off" && all["light.desk"].last_changed > desk.last_changed,
    "the light",
  );
  assert.deepEqual(back["light.desk"].attributes, desk.attributes);
});

test("the restart can be asked for as any service", async (t) => {
  const mockha = await Mockha.start(t, "--time-scale", "100");
  const connection = await connect(t, mockha);
  const events = watchConnection(connection);
  // Whether its answer comes before the end is a race there, too.
  await ha.callService(connection, "homeassistant", "restart").catch((error) => {
    assert.equal(error.error.code, ha.ERR_CONNECTION_LOST);
  });
  await events.find((kind) => kind === "ready", "the connection after the restart");
  const states = await ha.getStates(connection);
  assert.ok(Array.isArray(states));
});

test("the version may have changed, and decides what the client asks for", async (t) => {
  const mockha = await Mockha.start(t, "--ha-version", "2022.8.7");
  const connection = await connect(t, mockha);
  assert.equal(connection.haVersion, "2022.8.7");
  await connection.ping();
  // Too old for coalesced messages.
  assert.deepEqual(
    connection.socket.sent.map(({ type }) => type),
    ["auth", "ping"],
  );
});

test("a command without an answer is lost with its connection, a later one works", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const events = watchConnection(connection);
  await mockha.ask("POST", "/faults", { kind: "lose_answer", command: "ping", hits: 1 });
  const lost = assert.rejects(connection.ping(), {
    success: false,
    error: { code: ha.ERR_CONNECTION_LOST, message: "Connection lost" },
  });
  await ha.getConfig(connection); // Behind it: the ping has been there.
  const [{ key }] = await mockha.ask("GET", "/connections");
  await mockha.ask("DELETE", `/connections/${key}?how=reset`);
  await lost;
  await events.find((kind) => kind === "ready", "a new connection");
  await connection.ping();
  assert.equal(ObservedSocket.all.at(-1).sent.at(-1).id, 2);
});

test("a suspended client keeps its commands until it is back", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const events = watchConnection(connection);
  const changes = new Inbox();
  await connection.subscribeEvents(changes.put, "state_changed");
  let resume;
  connection.suspendReconnectUntil(new Promise((resolve) => (resume = resolve)));
  connection.suspend();
  await events.find((kind) => kind === "disconnected", "the end of the connection");
  resume();
  // Queued from the moment when the client notices, until it is back.
  await new Promise((resolve) => setImmediate(resolve));
  const call = ha.callService(connection, "light", "turn_on", {}, { entity_id: "light.porch" });
  await within(call, "the answer to what was queued");
  await events.find((kind) => kind === "ready", "the connection after the suspension");
  await ha.callService(connection, "light", "turn_off", {}, { entity_id: "light.porch" });
  await changes.find((change) => change.data.new_state.state === "off", "the light going off");
});
