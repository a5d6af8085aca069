// Starts mockha for a test, and waits for what the test waits for.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/// Nothing takes as long as this, on however busy a machine; who waits longer waits in vain.
export const patience = 60_000;

const anyPort = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];

/// A promise, or an error that says what did not happen.
export function within(promise, what) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), patience);
    timer.unref(); // It must not keep a test alive that has failed already.
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/// What arrived, in order, and a way to wait for what has not arrived yet.
export class Inbox {
  all = [];
  #waiting = [];

  /// To be handed to whoever calls back.
  put = (value) => {
    this.all.push(value);
    this.#waiting = this.#waiting.filter((check) => !check(value));
  };

  /// The first value that fits, from those that came `after` so many others.
  find(fits, what, after = 0) {
    const known = this.all.slice(after).find(fits);
    if (known !== undefined) return Promise.resolve(known);
    return within(
      new Promise((resolve) => {
        this.#waiting.push((value) => fits(value) && (resolve(value), true));
      }),
      what,
    );
  }

  /// The first that fits among those still to come.
  next(fits, what) {
    return this.find(fits, what, this.all.length);
  }
}

/// A running mockha; it ends with the test `t`, which fails unless it ends well.
export class Mockha {
  static async start(t, ...args) {
    const self = new Mockha();
    // It dies with us even if we are killed.
    self.process = spawn(
      "setpriv",
      ["--pdeathsig", "KILL", process.env.MOCKHA, ...anyPort, ...args],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    self.ended = once(self.process, "exit");
    self.complaints = "";
    self.process.stderr.on("data", (data) => (self.complaints += data));
    t.after(() => self.stop());
    const lines = createInterface({ input: self.process.stdout })[Symbol.asyncIterator]();
    const first = await within(Promise.race([lines.next(), self.ended]), "mockha's first line");
    if (!first.value) throw new Error(`mockha did not start: ${self.complaints}`);
    self.firstLine = first.value;
    Object.assign(self, JSON.parse(first.value));
    self.http = self.url.replace(/^ws/, "http").replace("/api/websocket", "");
    return self;
  }

  async stop() {
    if (this.stopped) return;
    this.stopped = true;
    this.process.kill("SIGTERM");
    const [status, signal] = await within(this.ended, "the end of mockha").catch((error) => {
      this.process.kill("SIGKILL");
      throw error;
    });
    if (status !== 0 || this.complaints !== "") {
      throw new Error(`mockha ended with ${status ?? signal}: ${this.complaints}`);
    }
  }

  /// The answer of the admin API; an error unless it is a good one.
  async ask(method, path, body) {
    const answer = await fetch(`${this.admin}${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
