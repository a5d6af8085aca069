// Faults: what is broken at present and was, and the form to break something.
import { call } from "./api.js";
import { duration, find, h, say, sync, toast, words } from "./dom.js";

const groups = [
  ["Server", ["restart", "stall", "slow", "version", "clock_jump"]],
  ["Connections", ["drop", "refuse", "silence", "hang_up", "http_error", "bad_upgrade", "ignore_pings", "no_deflate", "trickle", "fragment"]],
  ["Login", ["reject_auth", "expire_tokens", "revoke_token", "ban"]],
  ["Answers", ["lose_answer", "delay_answer", "reorder", "duplicate", "wrong_id", "fail_command", "bad_json", "batch", "giant"]],
  ["Events", ["event_first", "late_event", "fail_subscription", "unknown_event", "storm", "overflow"]],
  ["Home", ["unavailable", "remove_entity", "rename_entity"]],
];
/** Keys that limit a fault: most people leave them alone. */
const limits = ["hits", "chance", "connection", "command", "after", "name"];
const stages = { armed: "waits", in_force: "in force", ended: "ended" };

let kinds = [];
let chosen = "";
let refresh = () => {};

// --- the list ---

async function lift(number) {
  try {
    await call("DELETE", `/faults/${number}`);
    toast("Lifted");
  } catch (problem) {
    toast(problem.text ?? String(problem), true);
  }
  refresh();
}

function make(fault) {
  return h("li", { class: "fault" },
    h("div", { class: "fault-head" },
      h("span", { class: "stage" }), h("strong", {}, fault.name),
      h("button", { type: "button", class: "small lift", "aria-label": `Lift ${fault.name}`,
        onclick: () => lift(fault.number) }, "Lift")),
    h("code", { class: "asked" }, fault.asked),
    h("p", { class: "quiet when" }),
    h("details", {}, h("summary", {}, "What it hit"), h("ul", { class: "touched" })));
}

function update(row, fault, now) {
  const stage = row.querySelector(".stage");
  say(stage, stages[fault.stage] ?? fault.stage);
  row.dataset.stage = fault.stage;
  row.querySelector(".lift").hidden = fault.stage === "ended";
  const hits = fault.hits === 0 ? "hit nothing yet" : `hit ${fault.hits} time${fault.hits === 1 ? "" : "s"}`;
  const when = fault.ended !== null ? `ended ${duration(now - fault.ended)} ago`
    : fault.began !== null ? `for ${duration(now - fault.began)}` : "not begun";
  say(row.querySelector(".when"), `${when}, ${hits}`);
  row.querySelector("details").hidden = fault.touched.length === 0;
  sync(row.querySelector(".touched"), fault.touched.slice(-10).reverse(),
    (touch) => `${touch.at} ${touch.connection} ${touch.what}`,
    (touch) => h("li", {}, `${touch.at.toFixed(3)} s: connection #${touch.connection} ${touch.what}`),
    () => {});
}

export function showFaults(list, now) {
  const order = { in_force: 0, armed: 1, ended: 2 };
  const sorted = [...list].sort((a, b) => order[a.stage] - order[b.stage] || b.number - a.number);
  sync(find("faults-list"), sorted.slice(0, 30), (f) => f.number, make, (row, f) => update(row, f, now));
  const active = list.filter((f) => f.stage !== "ended").length;
  say(find("faults-count"), active ? `${active} active` : "");
  find("faults-empty").hidden = list.length > 0;
}

// --- the form ---

/** The control for a key, by how its type is described. */
function control(key, id) {
  const common = { id, name: key.name, "aria-describedby": `${id}-doc` };
  const choice = /^one of (.+)$/.exec(key.type);
  if (choice || key.type === "boolean") {
    const values = choice ? choice[1].split(", ") : ["true", "false"];
    const fallback = key.default.replaceAll('"', "");
    return h("select", common,
      h("option", { value: "" }, fallback ? `${fallback} (default)` : "–"),
      values.filter((v) => v !== fallback).map((v) => h("option", { value: v }, v)));
  }
  const whole = /^integer from (-?\d+) to (-?\d+)$/.exec(key.type);
  // By hand, what lasts may go on.
  const placeholder = key.name === "for" ? "until it is lifted"
    : key.default.replace(/^"(.*)"$/, "$1") || (key.required ? "required" : "");
  return h("input", { ...common, placeholder, autocomplete: "off", spellcheck: "false",
    required: key.required, inputmode: whole ? "numeric" : undefined });
}

function field(key) {
  const id = `fault-${key.name}`;
  return h("div", { class: "field" },
    h("label", { for: id }, words(key.name), key.required ? " *" : ""),
    control(key, id),
    h("p", { class: "quiet", id: `${id}-doc` }, `${key.doc} (${key.type})`));
}

/** A value as JSON: numbers, flags and objects are written as such, all else is text. */
function valueOf(key, text) {
  if (/^(integer|number|boolean)/.test(key.type) || /^[[{]/.test(text)) {
    try { return JSON.parse(text); } catch { return text; }
  }
  if (key.name === "connection" && /^\d+$/.test(text)) return Number(text);
  return text;
}

function wanted(kind) {
  const body = { kind: kind.kind };
  for (const key of kind.keys) {
    const text = find(`fault-${key.name}`)?.value.trim();
    if (text) body[key.name] = valueOf(key, text);
  }
  return body;
}

function closeForm() {
  const button = find("kinds").querySelector(`[data-kind="${chosen}"]`);
  chosen = "";
  find("fault-form").hidden = true;
  button?.setAttribute("aria-expanded", "false");
  button?.focus();
}

function openForm(kind) {
  if (chosen === kind.kind) return closeForm();
  find("kinds").querySelector('[aria-expanded="true"]')?.setAttribute("aria-expanded", "false");
  find("kinds").querySelector(`[data-kind="${kind.kind}"]`).setAttribute("aria-expanded", "true");
  chosen = kind.kind;
  const form = find("fault-form");
  const own = kind.keys.filter((key) => !limits.includes(key.name));
  const limiting = kind.keys.filter((key) => limits.includes(key.name));
  form.replaceChildren(
    h("h4", {}, words(kind.kind)), h("p", {}, kind.doc),
    h("div", { class: "fields" }, own.map(field)),
    h("details", {}, h("summary", {}, "Limits and trigger"),
      h("div", { class: "fields" }, limiting.map(field))),
    h("pre", { class: "curl", "aria-label": "The same with curl" }),
    h("p", { class: "problem", role: "alert", hidden: true }),
    h("div", { class: "buttons" },
      h("button", { type: "button", onclick: closeForm }, "Cancel"),
      h("button", { type: "submit", class: "primary" }, "Break it")));
  form.hidden = false;
  showCurl();
  (form.querySelector("input, select") ?? form.querySelector("[type=submit]")).focus();
}

function showCurl() {
  const kind = kinds.find((k) => k.kind === chosen);
  if (!kind) return;
  const json = JSON.stringify(wanted(kind)).replaceAll("'", "'\\''");
  say(find("fault-form").querySelector(".curl"), `curl --json '${json}' ${location.origin}/faults`);
}

async function submit(event) {
  event.preventDefault();
  const kind = kinds.find((k) => k.kind === chosen);
  const problem = find("fault-form").querySelector(".problem");
  problem.hidden = true;
  try {
    const begun = await call("POST", "/faults", wanted(kind));
    toast(begun.stage === "armed" ? `${begun.name} waits for its trigger` : `${begun.name} has begun`);
    closeForm();
  } catch (wrong) {
    problem.hidden = false;
    problem.textContent = wrong.text ?? String(wrong);
  }
  refresh();
}

function showKinds() {
  const text = find("kinds-filter").value.trim().toLowerCase();
  const known = groups.flatMap(([, names]) => names);
  const others = kinds.map((k) => k.kind).filter((name) => !known.includes(name));
  const button = (kind) => h("button", { type: "button", class: "kind", title: kind.doc,
    "data-kind": kind.kind, "aria-expanded": String(kind.kind === chosen),
    "aria-controls": "fault-form", onclick: () => openForm(kind) }, words(kind.kind));
  const shown = [...groups, ["Others", others]].map(([title, names]) => {
    const members = names.map((name) => kinds.find((k) => k.kind === name))
      .filter((k) => k && `${words(k.kind)} ${k.kind} ${k.doc}`.toLowerCase().includes(text));
    return members.length ? h("div", { class: "kind-group", role: "group", "aria-label": title },
      h("h4", { "aria-hidden": "true" }, title), h("div", {}, members.map(button))) : null;
  }).filter((group) => group);
  find("kinds").replaceChildren(...(shown.length ? shown : [h("p", { class: "empty" }, "No kind matches.")]));
}

export async function startFaults(onChanged) {
  refresh = onChanged;
  find("kinds-filter").addEventListener("input", showKinds);
  const form = find("fault-form");
  form.addEventListener("submit", submit);
  form.addEventListener("input", showCurl);
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") closeForm(); });
  kinds = await call("GET", "/faults/kinds");
  showKinds();
}
