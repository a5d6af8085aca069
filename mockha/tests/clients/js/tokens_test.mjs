// The official client with a login that has to be refreshed, and one that is taken back.
import assert from "node:assert/strict";
import test from "node:test";

import { Inbox, Mockha } from "./mockha.mjs";
import { ha } from "./official.mjs";

const clientId = "http://127.0.0.1:8200/";

/// What the login page asks of a person, and hands to the client behind it.
async function authorizationCode(mockha) {
  const step = async (path, body) => {
    const answer = await fetch(`${mockha.http}/auth/login_flow${path}`, {
      method: "POST",
      body: JSON.stringify({ client_id: clientId, ...body }),
    });
    assert.equal(answer.status, 200);
    return answer.json();
  };
  const { flow_id } = await step("", {
    handler: ["homeassistant", null],
    redirect_uri: clientId,
  });
  const { type, result } = await step(`/${flow_id}`, { username: "mockha", password: "mockha" });
  assert.equal(type, "create_entry");
  return result;
}

/// A login as the login page ends: with a code in the address, which the client turns into tokens.
async function login(mockha, saved) {
  const code = await authorizationCode(mockha);
  const auth = await ha.getAuth({
    hassUrl: mockha.http,
    clientId,
    authCode: code,
    redirectUrl: clientId,
    saveTokens: (tokens) => saved.put(tokens),
  });
  return auth;
}

async function connectAs(t, auth) {
  const connection = await ha.createConnection({ auth });
  t.after(() => connection.close());
  const events = new Inbox();
  for (const kind of ["ready", "reconnect-error"]) {
    connection.addEventListener(kind, (_, error) => events.put({ kind, error }));
  }
  return { connection, events };
}

test("a code becomes tokens, and an expired token is refreshed before the next login", async (t) => {
  const mockha = await Mockha.start(t);
  const saved = new Inbox();
  const auth = await login(mockha, saved);
  assert.match(auth.data.refresh_token, /^[0-9a-f]{128}$/);
  assert.equal(auth.data.expires_in, 1800);
  assert.equal(auth.data.token_type, "Bearer");
  const { connection, events } = await connectAs(t, auth);
  assert.equal((await ha.getUser(connection)).is_admin, true);

  assert.equal(saved.all.length, 1);
  auth.data.expires = 0; // As the clock has it half an hour later.
  connection.reconnect();
  await events.find(({ kind }) => kind === "ready", "the connection with a new token");
  // (Within a second of the first, the new token reads the same.)
  assert.equal(saved.all.length, 2);
  assert.equal(saved.all[1].access_token, auth.accessToken);
  assert.equal(saved.all[1].refresh_token, saved.all[0].refresh_token);
  assert.equal(connection.socket.sent[0].access_token, auth.accessToken);
  await connection.ping();
});

test("tokens are still good after a restart, unless they were made to expire", async (t) => {
  const mockha = await Mockha.start(t);
  const auth = await login(mockha, new Inbox());
  const { connection, events } = await connectAs(t, auth);
  const first = auth.accessToken;
  connection.reconnect();
  await events.find(({ kind }) => kind === "ready", "the connection with the same token");
  assert.equal(auth.accessToken, first);

  // The client does not know: it shows the old token and is refused.
  await mockha.ask("POST", "/faults", { kind: "expire_tokens" });
  connection.reconnect();
  const { error } = await events.find(({ kind }) => kind === "reconnect-error", "the refusal");
  assert.equal(error, ha.ERR_INVALID_AUTH);

  // One refresh makes it good again.
  await auth.refreshAccessToken();
  const again = await connectAs(t, auth);
  await again.connection.ping();
});

test("a login that was revoked ends its connection, and cannot be refreshed", async (t) => {
  const mockha = await Mockha.start(t);
  const saved = new Inbox();
  const auth = await login(mockha, saved);
  const { connection, events } = await connectAs(t, auth);
  await connection.ping();
  await auth.revoke();
  assert.equal(saved.all.at(-1), null);
  const { error } = await events.find(({ kind }) => kind === "reconnect-error", "the refusal");
  assert.equal(error, ha.ERR_INVALID_AUTH);
  await assert.rejects(auth.refreshAccessToken(), (why) => why === ha.ERR_INVALID_AUTH);
});

test("a code is good once, and only for whom it was made", async (t) => {
  const mockha = await Mockha.start(t);
  const code = await authorizationCode(mockha);
  const redeem = (who) =>
    ha.getAuth({ hassUrl: mockha.http, clientId: who, authCode: code, redirectUrl: who });
  const refused = (error) => error === ha.ERR_INVALID_AUTH;
  await assert.rejects(redeem("http://127.0.0.1:9999/"), refused);
  await redeem(clientId);
  await assert.rejects(redeem(clientId), refused);
});

test("a long-lived token made over the connection opens another", async (t) => {
  const mockha = await Mockha.start(t);
  const auth = await login(mockha, new Inbox());
  const { connection } = await connectAs(t, auth);
  const token = await connection.sendMessagePromise({
    type: "auth/long_lived_access_token",
    client_name: "a script",
    lifespan: 365,
  });
  const script = await connectAs(t, ha.createLongLivedTokenAuth(mockha.http, token));
  const [mine, its] = await Promise.all([
    ha.getUser(connection),
    ha.getUser(script.connection),
  ]);
  assert.deepEqual(mine, its);
});
