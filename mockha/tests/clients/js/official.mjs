// The official client, on sockets whose traffic can be looked at.
import * as ha from "home-assistant-js-websocket";
import WebSocket from "ws";

import { Inbox } from "./mockha.mjs";

/// The client makes its sockets from the global class, as in a browser.
export class ObservedSocket extends WebSocket {
  /// In the order in which they were made.
  static all = [];
  /// Options of the next sockets.
  static options = {};

  /// Messages sent, read; frames received, as text.
  sent = [];
  received = new Inbox();

  constructor(url) {
    super(url, ObservedSocket.options);
    ObservedSocket.all.push(this);
    this.addEventListener("message", (event) => this.received.put(event.data));
  }

  send(data, ...rest) {
    this.sent.push(JSON.parse(data));
    super.send(data, ...rest);
  }
}
globalThis.WebSocket = ObservedSocket;

/// A connection with the long-lived token; closed with the test.
export async function connect(t, mockha, options = {}) {
  const auth = ha.createLongLivedTokenAuth(mockha.http, mockha.token);
  const connection = await ha.createConnection({ auth, ...options });
  t.after(() => connection.close());
  return connection;
}

/// The entities of a home as the client has them, each time that they change. They are watched
/// until the connection ends: who leaves a collection has it for five seconds more.
export function watchEntities(connection) {
  const seen = new Inbox();
  ha.subscribeEntities(connection, seen.put);
  return seen;
}

export { ha };
