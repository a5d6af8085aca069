// The official client, home-assistant-js-websocket, as an application would use it.
// It is looked for, with 'ws', from the folder in which this is run.
import { Failed, serve, tellEvent, tellState } from "./adapter.mjs";

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "index.js"));
const ha = require("home-assistant-js-websocket");
const WebSocket = require("ws");

/// The library's errors are numbers, and Home Assistant's are objects.
function explained(error) {
  if (error === ha.ERR_CONNECTION_LOST) return new Failed("connection", "connection lost");
  if (error === ha.ERR_CANNOT_CONNECT) return new Failed("connection", "cannot connect");
  if (error === ha.ERR_INVALID_AUTH) return new Failed("other", "auth");
  return new Failed("other", error?.code ?? String(error));
}

async function begin({ url, token, ca, subscribe, mirror }) {
  globalThis.WebSocket = class extends WebSocket {
    constructor(to) {
      super(to, ca === undefined ? {} : { ca });
    }
  };
  const auth = ha.createLongLivedTokenAuth(
    url.replace(/^ws/, "http").replace(/\/api\/websocket$/, ""), token);
  let entities;
  const connecting = ha.createConnection({ auth, setupRetry: -1 }).then((connection) => {
    tellState("connected");
    connection.addEventListener("ready", () => tellState("connected again"));
    connection.addEventListener("disconnected", () => tellState("disconnected"));
    if (mirror) ha.subscribeEntities(connection, (all) => (entities = all));
    for (const { handle, body } of subscribe) {
      connection
        .subscribeMessage((event) => tellEvent(handle, event), body)
        .catch((error) => tellState(`subscription ${handle}: ${explained(error).detail}`));
    }
    return connection;
  });
  connecting.catch((error) => tellState(explained(error).detail));
  // An application shows itself after a while, connected or not.
  await Promise.race([connecting.catch(() => {}), new Promise((go) => setTimeout(go, 10_000))]);
  return {
    command: async (body) => {
      try {
        const connection = await connecting;
        return { answer: await connection.sendMessagePromise(body) };
      } catch (error) {
        throw explained(error);
      }
    },
    mirror: () => {
      if (entities === undefined) return null;
      const short = ([id, { state, attributes }]) => [id, { state, attributes }];
      return Object.fromEntries(Object.entries(entities).map(short));
    },
  };
}

process.on("unhandledRejection", (why) => console.error("unhandled:", why));
const { version } = JSON.parse(
  readFileSync(join(require.resolve("home-assistant-js-websocket"), "../../package.json")));
await serve({ name: "home-assistant-js-websocket", version, can: ["subscribe", "mirror"], begin });
