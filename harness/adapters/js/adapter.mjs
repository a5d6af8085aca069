// What every adapter in JavaScript needs: the protocol of harness/README.md ("Anybody's client"),
// with a client's time in hand. Import it before the client's library.
import { createInterface } from "node:readline";

import * as time from "./paced_time.mjs";

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

/// To be thrown by a command: how it ended for its user.
export class Failed extends Error {
  constructor(outcome, detail) {
    super(detail);
    Object.assign(this, { outcome, detail });
  }
}

/// What a line has of an answer: enough to know it by.
function evidence(answer) {
  if (Array.isArray(answer)) return { states: answer.length };
  if (answer === null || typeof answer !== "object") return answer ?? null;
  const { context, version } = answer;
  return context === undefined ? { version } : { context };
}

/// For people: what the client is doing.
export const tellState = (text) => say({ op: "state", text });
/// A subscription's handler was called.
export const tellEvent = (handle, event) => say({ op: "event", handle, event });

/// Speaks for a client until it is told to stop.
///
/// `begin(order)` is async: it starts it and may take its time for that. The object that it gives has
/// `command(body, deadline)`, which gives { answer } (and { messageId, ageMs } where they are
/// known), or throws `Failed`; and maybe `mirror()`, the entities by their id.
export async function serve({ name, version, can = [], begin }) {
  say({ op: "hello", protocol: 1, name, version, time: "skipping", can });
  let client;
  let begun = Promise.resolve();

  const command = async ({ id, body, deadline_ms }) => {
    try {
      await begun;
      const { answer, messageId, ageMs } = await client.command(body, deadline_ms);
      const outcome = ageMs === undefined ? "fresh" : "stale";
      say({ op: "outcome", id, outcome, message_id: messageId, age_ms: ageMs, answer: evidence(answer) });
    } catch (error) {
      say({ op: "outcome", id, outcome: error?.outcome ?? "other", detail: String(error?.detail ?? error) });
    }
  };
  const orders = {
    start: (order) => {
      time.setScale(order.time_scale);
      begun = begin(order).then((made) => {
        client = made;
        say({ op: "up" });
      });
      begun.catch((error) => {
        console.error(error); // Not the client's doing: this adapter is wrong.
        process.exit(1);
      });
    },
    command,
    // What has arrived is looked at before it answers.
    ask: async () => {
      for (let i = 0; i < 3; ++i) await new Promise(setImmediate);
      const next = time.untilNext();
      say({ op: "quiet", quiet: next !== 0, next_ms: next });
    },
    jump: ({ by_ms }) => time.jump(by_ms),
    mirror: () => say({ op: "mirror", entities: client?.mirror?.() ?? null }),
    stop: () => process.stdout.write('{"op":"bye"}\n', () => process.exit(0)),
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    orders[order.op]?.(order);
  }
  process.exit(0); // Nobody is there any more.
}
