// Who is connected, and what can be done to them.
import { call } from "./api.js";
import { duration, find, h, say, sync, toast } from "./dom.js";

let refresh = () => {};

async function act(method, path, done) {
  try {
    await call(method, path);
    toast(done);
  } catch (problem) {
    toast(problem.text ?? String(problem), true);
  }
  refresh();
}

function button(label, connection, method, path, done, title) {
  const name = `${label} connection ${connection.connection}`;
  return h("button", { type: "button", class: "small", title, "aria-label": name,
    onclick: () => act(method, path, done) }, label);
}

function make(connection) {
  const path = `/connections/${connection.key}`;
  return h("tr", {},
    h("td", { "data-label": "Client" },
      h("strong", { class: "agent" }), h("span", { class: "quiet peer" })),
    h("td", { "data-label": "State" },
      h("span", { class: "where" }), h("span", { class: "quiet since" })),
    h("td", { "data-label": "In / out", class: "number flow" }),
    h("td", { "data-label": "Queued", class: "number queued" }),
    h("td", { "data-label": "Subscribed", class: "number subscribed" }),
    h("td", { class: "buttons" },
      button("Close", connection, "DELETE", `${path}?how=close`, "Close sent", "Close 1000"),
      button("Reset", connection, "DELETE", `${path}?how=reset`, "Connection reset", "TCP RST"),
      button("Stall", connection, "POST", `${path}/stall`, "Connection stalled",
        "Stays open and carries nothing any more")));
}

function update(row, c, now) {
  const set = (name, text) => say(row.querySelector(name), text);
  set(".agent", c.user_agent || "client without a name");
  set(".peer", `#${c.connection}${c.peer ? ` from ${c.peer}` : ""}`);
  set(".where", c.stalled ? "stalled" : c.phase === "command" ? c.user : c.phase);
  set(".since", `for ${duration(now - c.since)}`);
  set(".flow", `${c.received} / ${c.sent}`);
  set(".queued", String(c.queued));
  set(".subscribed", String(c.subscriptions));
}

export function showConnections(list, now) {
  find("connections-table").hidden = list.length === 0;
  find("connections-empty").hidden = list.length !== 0;
  say(find("connections-count"), list.length ? String(list.length) : "");
  // More rows than anybody reads would only make the page slow.
  sync(find("connections-rows"), list.slice(0, 200), (c) => c.key, make, (row, c) => update(row, c, now));
}

export function startConnections(onChanged) { refresh = onChanged; }
