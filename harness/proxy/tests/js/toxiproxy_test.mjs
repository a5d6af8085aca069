// Toxiproxy's own client for Node against 'hassle proxy', and messages of Home Assistant through it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { createInterface } from "node:readline";
import test from "node:test";
import { Toxiproxy } from "toxiproxy-node-client";
import WebSocket from "ws";

/// Starts a program and waits for the first of its lines that fits; ends it with the test.
async function started(t, program, args, fits) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  const reader = createInterface({ input: child.stdout });
  const exited = once(child, "exit");
  t.after(async () => {
    child.kill("SIGINT");
    await exited;
  });
  const found = await new Promise((resolve, reject) => {
    exited.then(() => reject(new Error(`${program} ended: ${lines.join("\n")}`)));
    reader.on("line", (line) => {
      lines.push(line);
      if (fits(line)) resolve(line);
    });
  });
  return { found, lines, child, exited };
}

async function proxyBoard(t) {
  const { found } = await started(t, process.env.HASSLE, ["proxy", "--admin", "127.0.0.1:0"], (line) =>
    line.startsWith("admin on "),
  );
  return new Toxiproxy(found.slice("admin on ".length));
}

/// Answers with what it is sent.
async function echoServer(t) {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `127.0.0.1:${server.address().port}`;
}

function connect(address) {
  const [host, port] = address.split(":");
  const socket = net.connect(Number(port), host);
  socket.on("error", () => {});
  return socket;
}

/// However it ends.
const closed = (socket) => new Promise((resolve) => socket.on("close", resolve));

async function echoed(socket, text) {
  socket.write(text);
  let got = "";
  while (got.length < text.length) got += (await once(socket, "data"))[0];
  return got;
}

test("a proxy is made, switched off and on, and removed", async (t) => {
  const toxiproxy = await proxyBoard(t);
  assert.match(await toxiproxy.getVersion(), /2\.5/);
  const upstream = await echoServer(t);
  const proxy = await toxiproxy.createProxy({ name: "echo", listen: "localhost:0", upstream });
  assert.equal(proxy.enabled, true);
  const socket = connect(proxy.listen);
  assert.equal(await echoed(socket, "hello"), "hello");

  const cut = closed(socket);
  const { listen } = proxy;
  const off = await proxy.update({ enabled: false, listen, upstream });
  assert.equal(off.enabled, false);
  await cut;
  const refused = connect(listen);
  await closed(refused);
  assert.equal(refused.bytesRead, 0);

  await toxiproxy.reset();
  const again = connect(listen);
  assert.equal(await echoed(again, "again"), "again");
  again.destroy();
  await proxy.remove();
  await assert.rejects(toxiproxy.get("echo"), /proxy not found|404/);
});

test("toxics come, change and go", async (t) => {
  const toxiproxy = await proxyBoard(t);
  const upstream = await echoServer(t);
  const made = await toxiproxy.populate([{ name: "echo", listen: "127.0.0.1:0", upstream }]);
  const proxy = made.echo;
  const socket = connect(proxy.listen);
  const latency = await proxy.addToxic({
    name: "slow",
    type: "latency",
    stream: "downstream",
    toxicity: 1,
    attributes: { latency: 50, jitter: 0 },
  });
  const before = performance.now();
  assert.equal(await echoed(socket, "slow"), "slow");
  assert.ok(performance.now() - before >= 49);
  await assert.rejects(proxy.addToxic(latency.toJson()), /already exists|409/);

  const changed = await latency.update({ ...latency.toJson(), attributes: { latency: 0, jitter: 0 } });
  assert.equal(changed.attributes.latency, 0);
  assert.equal((await proxy.getToxic("slow")).type, "latency");
  await latency.remove();
  await assert.rejects(proxy.getToxic("slow"), /toxic not found|404/);

  await proxy.addToxic({
    name: "limit",
    type: "limit_data",
    stream: "downstream",
    toxicity: 1,
    attributes: { bytes: 3 },
  });
  const ended = closed(socket);
  socket.write("abcdef");
  await ended;
  assert.equal(socket.bytesRead, "slowabc".length);

  const reset = connect(proxy.listen);
  await once(reset, "connect");
  await proxy.addToxic({
    name: "reset",
    type: "reset_peer",
    stream: "upstream",
    toxicity: 1,
    attributes: { timeout: 0 },
  });
  const failed = once(reset, "error");
  reset.write("a");
  assert.equal((await failed)[0].code, "ECONNRESET");
});

test("only the results of service calls are lost", async (t) => {
  const mock = await started(
    t,
    process.env.MOCKHA,
    ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"],
    (line) => line.includes('"ready":true'),
  );
  const { url, token } = JSON.parse(mock.found);
  const toxiproxy = await proxyBoard(t);
  const upstream = `ws://${new URL(url).host}`;
  const proxy = await toxiproxy.createProxy({ name: "home", listen: "127.0.0.1:0", upstream });
  await proxy.addToxic({
    name: "no-results",
    type: "ha_frames",
    stream: "downstream",
    toxicity: 1,
    attributes: { match: "result_of:call_service", action: "lose" },
  });

  const socket = new WebSocket(`ws://${proxy.listen}${new URL(url).pathname}`);
  t.after(() => socket.terminate());
  const results = [];
  const done = new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => {
      const message = JSON.parse(data);
      if (message.type === "auth_required") {
        socket.send(JSON.stringify({ type: "auth", access_token: token }));
      } else if (message.type === "auth_ok") {
        const service = { type: "call_service", domain: "light", service: "turn_on" };
        socket.send(
          JSON.stringify({ id: 1, ...service, target: { entity_id: "light.kitchen" } }),
        );
        socket.send(JSON.stringify({ id: 2, type: "get_states" }));
        socket.send(JSON.stringify({ id: 3, type: "ping" }));
      } else {
        results.push(message.id);
        if (message.type === "pong") resolve();
      }
    });
  });
  await done;
  assert.equal(socket.extensions, "", "nothing is compressed: it could not be looked into");
  assert.ok(!results.includes(1), "the result of the call is lost");
  assert.ok(results.includes(3));
  // The light was switched on all the same: the call itself arrived.
  assert.ok(results.includes(2));
});
