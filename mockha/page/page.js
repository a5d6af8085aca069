// The control panel: asks what there is to be seen, when something has happened and now and then.
import { call } from "./api.js";
import { showConnections, startConnections } from "./connections.js";
import { ask, duration, find, h, say, sync, toast, words } from "./dom.js";
import { showFaults, startFaults } from "./faults.js";
import { showStates, startHome } from "./home.js";
import { beginAnew, follow, startLog } from "./log.js";
import { showTimeline, startTimeline } from "./timeline.js";

const pollMs = 2000;
const statesPollMs = 6000;  // A large home is a megabyte.
const settleMs = 150;       // What happens together is looked at together.
const retryMs = 1500;

let lastStates = 0;
let lastTime = 0;
let refreshing = false;
let again = false;
let soon = 0;

function showStatus(status) {
  // An earlier time than before: it is another process, whose journal begins anew.
  if (status.time < lastTime) beginAnew();
  lastTime = status.time;
  const phase = find("phase");
  phase.dataset.phase = status.phase;
  say(phase, words(status.phase));
  say(find("version"), `version ${status.mockha}`);
  document.title = `mockha: ${words(status.phase)}`;
  const facts = [
    ["WebSocket", status.url],
    ["Token", status.token],
    ["Home Assistant", status.ha_version],
    ["Home", status.home],
    ["Time", duration(status.time) + (status.time_scale === 1 ? "" : ` (${status.time_scale}×)`)],
    ["Executed", String(status.executions)],
  ];
  sync(find("facts"), facts, ([name]) => name,
    ([name]) => h("div", {}, h("dt", {}, name), h("dd")),
    (row, [, value]) => say(row.querySelector("dd"), value));
}

async function look() {
  const [status, connections, faults, timeline] = await Promise.all(
    ["/status", "/connections", "/faults", "/timeline"].map((path) => call("GET", path)));
  showStatus(status);
  showConnections(connections, status.time);
  showFaults(faults, status.time);
  showTimeline(timeline);
  if (Date.now() - lastStates >= statesPollMs) {
    lastStates = Date.now();
    showStates(await call("GET", "/states"));
  }
}

/** Brings everything up to date; never twice at once. */
async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    do {
      again = false;
      await look();
    } while (again);
    find("lost").hidden = true;
  } catch (problem) {
    find("lost").hidden = false;
    say(find("lost"), problem.status ? `mockha refuses: ${problem.text}` : "mockha does not answer. Trying again…");
    find("phase").dataset.phase = "unknown";
    say(find("phase"), "unknown");
  }
  refreshing = false;
}

function refreshSoon(withStates) {
  if (withStates) lastStates = 0;
  clearTimeout(soon);
  soon = setTimeout(refresh, settleMs);
}

const changesStates = new Set(["server_executed", "phase_changed", "fault_began", "fault_ended"]);

async function followForEver() {
  for (;;) {
    try {
      await follow((events) => refreshSoon(events.some((event) => changesStates.has(event.e))));
    } catch { /* The banner says it. */ }
    await new Promise((done) => setTimeout(done, retryMs));
  }
}

async function restart(problem) {
  const dialog = find("restart-dialog");
  const said = dialog.querySelector(".problem");
  said.hidden = !problem;
  said.textContent = problem ?? "";
  if ((await ask(dialog)) !== "go") return;
  const body = Object.fromEntries([...new FormData(find("restart-form"))].filter(([, text]) => text));
  try {
    const begun = await call("POST", "/restart", body);
    toast(`Restarting, for ${begun.lasts}`);
    refreshSoon(true);
  } catch (wrong) {
    await restart(wrong.text ?? String(wrong));
  }
}

async function reset() {
  if ((await ask(find("reset-dialog"))) !== "go") return;
  try {
    await call("POST", "/reset");
    toast("As at the beginning");
  } catch (wrong) {
    toast(wrong.text ?? String(wrong), true);
  }
  refreshSoon(true);
}

async function start() {
  const changed = () => refreshSoon(true);
  startConnections(() => refreshSoon(false));
  startHome(changed);
  startTimeline(changed);
  startLog();
  find("restart").addEventListener("click", () => restart());
  find("reset").addEventListener("click", reset);
  for (;;) {
    try {
      await startFaults(changed);
      break;
    } catch {
      find("lost").hidden = false;
      say(find("lost"), "mockha does not answer. Trying again…");
      await new Promise((done) => setTimeout(done, retryMs));
    }
  }
  await refresh();
  setInterval(() => { if (document.visibilityState === "visible") refresh(); }, pollMs);
  await followForEver();
}

start();
