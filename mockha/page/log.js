// What happens, as it happens.
import { lines } from "./api.js";
import { find, h, say, words } from "./dom.js";

const keptMax = 400;
let kept = [];     // Events, the newest last.
let waiting = [];  // Those that are not shown yet.
let total = 0;
let paused = false;

/** A word for what an event is about; colour only repeats it. */
function topic(kind) {
  if (kind.startsWith("fault")) return "fault";
  if (kind === "answer_lost" || kind === "server_closed") return "loss";
  if (kind === "phase_changed") return "phase";
  if (kind === "server_executed") return "effect";
  return "plain";
}

const matches = (event) => {
  const wanted = find("log-filter").value.trim().toLowerCase();
  return !wanted || `${words(event.e ?? "missed")} ${event.e ?? ""} #${event.c ?? ""} ${event.x ?? ""}`
    .toLowerCase().includes(wanted);
};

function row(event) {
  if (event.missed) {
    return h("div", { class: "line", "data-topic": "loss" },
      `events ${event.missed.from} to ${event.missed.to} are not kept any more`);
  }
  return h("div", { class: "line", "data-topic": topic(event.e) },
    h("time", {}, (event.t / 1e9).toFixed(3)),
    h("span", { class: "what" }, words(event.e)),
    h("span", { class: "who" }, event.c ? `#${event.c}` : ""),
    h("span", { class: "text" }, [event.x ?? "", event.v ? ` [${event.v}]` : ""].join("")));
}

function flush() {
  const list = find("lines");
  if (paused || waiting.length === 0) return;
  const fresh = waiting;
  waiting = [];
  kept = kept.concat(fresh).slice(-keptMax);
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(...fresh.slice(-keptMax).filter(matches).map(row));
  while (list.children.length > keptMax) list.firstElementChild.remove();
  if (atEnd) list.scrollTop = list.scrollHeight;
  count();
}

function count() {
  const held = paused && waiting.length ? `, ${waiting.length} held back` : "";
  say(find("log-count"), total ? `${total}${held}` : "");
  find("log-empty").hidden = kept.length > 0;
}

function redraw() {
  const list = find("lines");
  list.replaceChildren(...kept.filter(matches).map(row));
  list.scrollTop = list.scrollHeight;
  count();
}

/** Follows the journal from where it stood; ends when the stream does. */
export async function follow(onEvents) {
  let next = follow.next ?? 0;
  const path = next ? `/journal?format=lines&from=${next}` : "/journal?format=lines";
  for await (const events of lines(path)) {
    for (const event of events) next = (event.i ?? event.missed.to) + 1;
    follow.next = next;
    total += events.length;
    waiting = waiting.concat(events).slice(-keptMax);
    requestAnimationFrame(flush);
    if (paused) count();
    onEvents(events);
  }
}

/** Another server answers now: its events have their own numbers. */
export function beginAnew() { follow.next = 0; }

export function startLog() {
  find("log-filter").addEventListener("input", redraw);
  find("log-clear").addEventListener("click", () => {
    kept = [];
    waiting = [];
    redraw();
  });
  find("log-pause").addEventListener("click", (event) => {
    paused = !paused;
    event.target.setAttribute("aria-pressed", String(paused));
    say(event.target, paused ? "Go on" : "Pause");
    flush();
    count();
  });
}
