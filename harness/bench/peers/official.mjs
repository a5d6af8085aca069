// The official client as a peer of 'hassle bench reconnect'; see harness/bench/reconnect/peer.hpp.
// usage: node official.mjs URL TOKEN, with npm's 'ws' and 'home-assistant-js-websocket'.
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { createConnection, createLongLivedTokenAuth } from "home-assistant-js-websocket";

globalThis.WebSocket = WebSocket;
const [url, token] = process.argv.slice(2);
const auth = createLongLivedTokenAuth(url.replace(/^ws/, "http").replace(/\/api\/websocket$/, ""), token);
const now = () => process.hrtime.bigint();
const say = (text) => process.stdout.write(text + "\n");

let connection;
const open = async (retries) => {
  connection = await createConnection({ auth, setupRetry: retries });
  connection.addEventListener("ready", async () => {
    try {
      await connection.ping();
      say(`answer ${now()}`);
    } catch {
      // Lost again: the next 'ready' is another chance.
    }
  });
};
const does = {
  cold: async () => {
    const began = now();
    await open(0);
    await connection.ping();
    say(`cold ${now() - began}`);
  },
  insist: () => open(-1),
  end: async () => {
    connection?.close();
    say("ended");
  },
};
process.on("unhandledRejection", (why) => console.error("official:", why));
for await (const line of createInterface({ input: process.stdin })) does[line]?.();
process.exit(0);
