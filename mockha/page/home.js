// The home: its entities, and what an integration would write to them.
import { call } from "./api.js";
import { find, h, say, sync, toast } from "./dom.js";

const shownMax = 120;
let states = [];
let refresh = () => {};

async function write(id, state) {
  try {
    await call("POST", `/states/${encodeURIComponent(id)}`, { state });
  } catch (problem) {
    toast(problem.text ?? String(problem), true);
  }
  refresh();
}

const isSwitch = (entity) => entity.state === "on" || entity.state === "off";

function make(entity) {
  const id = entity.entity_id;
  const toggle = h("button", { type: "button", role: "switch", class: "switch",
    onclick: () => write(id, toggle.getAttribute("aria-checked") === "true" ? "off" : "on") },
    h("span", { class: "knob", "aria-hidden": "true" }));
  const input = h("input", { name: "state", maxlength: "255", autocomplete: "off",
    spellcheck: "false", "aria-label": `New state of ${id}` });
  const edit = h("form", { class: "edit", hidden: true, onsubmit: (event) => {
    event.preventDefault();
    edit.hidden = true;
    open.focus();
    write(id, input.value);
  } }, input, h("button", { type: "submit", class: "small" }, "Set"));
  edit.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    edit.hidden = true;
    open.focus();
  });
  const open = h("button", { type: "button", class: "small", "aria-label": `Set the state of ${id}`,
    onclick: () => {
      edit.hidden = !edit.hidden;
      if (edit.hidden) return;
      input.value = find_state(id);
      input.focus();
      input.select();
    } }, "Set…");
  return h("li", { class: "entity" },
    h("div", { class: "entity-name" }, h("span", { class: "name" }), h("code", {}, id)),
    h("span", { class: "state" }), toggle, open, edit);
}

function find_state(id) {
  return states.find((entity) => entity.entity_id === id)?.state ?? "";
}

function update(row, entity) {
  const name = entity.attributes.friendly_name ?? entity.entity_id;
  say(row.querySelector(".name"), String(name));
  const unit = entity.attributes.unit_of_measurement;
  const state = row.querySelector(".state");
  say(state, entity.state + (unit && entity.state !== "unavailable" ? ` ${unit}` : ""));
  state.dataset.state = entity.state;
  const toggle = row.querySelector(".switch");
  toggle.classList.toggle("unused", !isSwitch(entity));
  toggle.disabled = !isSwitch(entity);
  toggle.setAttribute("aria-checked", String(entity.state === "on"));
  toggle.setAttribute("aria-label", `${name} on`);
}

function show() {
  const wanted = find("home-filter").value.trim().toLowerCase();
  const matching = states.filter((entity) =>
    `${entity.entity_id} ${entity.attributes.friendly_name ?? ""} ${entity.state}`
      .toLowerCase().includes(wanted));
  sync(find("entities"), matching.slice(0, shownMax), (e) => e.entity_id, make, update);
  say(find("home-count"), wanted ? `${matching.length} of ${states.length}` : String(states.length));
  find("home-empty").hidden = matching.length !== 0;
  say(find("home-empty"), states.length ? "No entity matches." : "No entity is there at present.");
  find("home-more").hidden = matching.length <= shownMax;
  say(find("home-more"), `${shownMax} of ${matching.length} are shown; the filter finds the others.`);
}

export function showStates(list) {
  states = list;
  show();
}

export function startHome(onChanged) {
  refresh = onChanged;
  find("home-filter").addEventListener("input", show);
}
