// The admin API, as the page uses it.
import { ask, find } from "./dom.js";

const storedToken = "mockha admin token";

/** A token may come behind '#token=': that part of an address is never sent anywhere. */
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(storedToken, given);
    history.replaceState(null, "", location.pathname);
  }
}
takeToken();

export class Problem extends Error {
  constructor(status, body) {
    super(body.error ?? `HTTP ${status}`);
    this.status = status;
    this.hint = body.hint ?? "";
  }
  get text() { return this.hint ? `${this.message} (${this.hint})` : this.message; }
}

let asking = null;
async function askForToken() {
  const dialog = find("token-dialog");
  asking ??= ask(dialog).finally(() => { asking = null; });
  await asking;
  sessionStorage.setItem(storedToken, dialog.querySelector("input").value);
}

async function send(method, path, body, signal) {
  for (;;) {
    const headers = {};
    const token = sessionStorage.getItem(storedToken);
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, {
      method, headers, signal, cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status !== 401) return answer;
    await askForToken();
  }
}

/** The answer's JSON, or null where there is none. Throws a Problem, or what fetch throws. */
export async function call(method, path, body) {
  const answer = await send(method, path, body);
  const text = await answer.text();
  let value = null;
  try { value = text ? JSON.parse(text) : null; } catch { /* Said below. */ }
  if (!answer.ok) throw new Problem(answer.status, value ?? {});
  return value;
}

/** The lines of an endless answer, in bunches, as they come. */
export async function* lines(path, signal) {
  const answer = await send("GET", path, undefined, signal);
  if (!answer.ok) throw new Problem(answer.status, {});
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    const whole = parts.filter((line) => line.trim() !== "");
    if (whole.length) yield whole.map((line) => JSON.parse(line));
  }
}
