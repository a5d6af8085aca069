// Time for a client that has to live faster than the wall, and to be moved on at once: import this
// before the library. Its timers and clocks (setTimeout, setInterval, Date.now, performance.now)
// are those of the run from then on.
const wall = {
  now: performance.now.bind(performance),
  set: globalThis.setTimeout,
  clear: globalThis.clearTimeout,
  date: Date.now,
};
const began = wall.date();
let scale = 1;
let origin = wall.now(); // Of the wall, when the run's time was `base`.
let base = 0;
const timers = new Map(); // In the order of their making, which decides where they are due at once.
let made = 0;
let armed;

/// Milliseconds of the run.
export const now = () => base + (wall.now() - origin) * scale;

/// From here on time passes so many times as fast.
export function setScale(factor) {
  base = now();
  origin = wall.now();
  scale = factor;
  arm();
}

/// Moves the run's time on, at once.
export function jump(milliseconds) {
  base += milliseconds;
  arm();
}

/// Until the next timer; null: there is none.
export function untilNext() {
  const next = earliest();
  return next === undefined ? null : Math.max(0, next.due - now());
}

function earliest() {
  let found;
  for (const each of timers.values()) if (found === undefined || each.due < found.due) found = each;
  return found;
}

function arm() {
  wall.clear(armed);
  const next = earliest();
  if (next === undefined) return;
  // No timer of Node's waits longer than this; it is looked at again then.
  const longest = 2 ** 31 - 1;
  armed = wall.set(fire, Math.min(Math.max(0, (next.due - now()) / scale), longest));
}

// One at a time: promises have their turn between two of them.
function fire() {
  const next = earliest();
  if (next !== undefined && next.due <= now()) {
    if (next.every === undefined) timers.delete(next.id);
    else next.due += next.every;
    try {
      next.run();
    } finally {
      arm();
    }
    return;
  }
  arm();
}

class Timer {
  constructor(run, after, repeats) {
    this.id = ++made;
    this.run = run;
    this.after = Math.max(1, Number(after) || 1);
    if (repeats) this.every = this.after;
    this.due = now() + this.after;
    timers.set(this.id, this);
    arm();
  }
  ref() { return this; }
  unref() { return this; }
  hasRef() { return true; }
  refresh() {
    this.due = now() + this.after;
    timers.set(this.id, this);
    arm();
    return this;
  }
  close() { clear(this); }
  [Symbol.toPrimitive]() { return this.id; }
}

function clear(timer) {
  if (timer === undefined || timer === null) return;
  if (timers.delete(Number(timer))) arm();
}

globalThis.setTimeout = (run, after, ...rest) => new Timer(() => run(...rest), after, false);
globalThis.setInterval = (run, after, ...rest) => new Timer(() => run(...rest), after, true);
globalThis.clearTimeout = clear;
globalThis.clearInterval = clear;
Date.now = () => Math.floor(began + now());
performance.now = now;
