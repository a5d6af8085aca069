// Draws the charts from the tables, and helps to find one's way. All figures are in the page without it.
"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts")?.textContent ?? "{}");
  const $$ = (where, selector) => [...where.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Colours are those of the style sheet, so that a change of theme needs no new drawing.
  const axis = {
    labelColor: "var(--ink)",
    titleColor: "var(--muted)",
    titleFontWeight: "normal",
    domainColor: "var(--line)",
    tickColor: "var(--line)",
    gridColor: "var(--line)",
    labelFontSize: 12,
    titleFontSize: 12,
    labelLimit: 170,
  };
  const config = {
    background: null,
    axis,
    legend: { labelColor: "var(--ink)", labelFontSize: 12 },
    text: { fontSize: 12, fill: "var(--ink)" },
    style: { cell: { stroke: null } },
  };

  function draw(figure, name, rows, signals = {}) {
    const box = make("div", { className: "view" });
    figure.append(box);
    figure.hidden = false;
    const spec = structuredClone(charts[name]);
    spec.data.find((each) => each.name === "rows").values = rows;
    for (const each of spec.signals) if (each.name in signals) each.value = signals[each.name];
    const view = new vega.View(vega.parse(spec, config), {
      renderer: "svg",
      container: box,
      hover: false,
      logLevel: vega.Warn,
    });
    // Its text is told to nobody twice: the table has it.
    box.querySelector("[role]")?.removeAttribute("role");
    view.run();
    figure.vega = view;
    return view;
  }

  // ---- The charts of a scenario: their rows are those of its table.

  const percent = (value) => `${Number(value.toPrecision(3))} %`;
  const seconds = (value) =>
    value < 1 ? `${Math.round(value * 1000)} ms` : value < 90 ? `${Number(value.toPrecision(3))} s`
      : value < 5400 ? `${Number((value / 60).toPrecision(3))} min` : `${Number((value / 3600).toPrecision(3))} h`;
  const numbers = (text) => (text ? text.split(" ").map(Number) : []);

  const classes = ["connection", "timeout", "other", "stale"];
  // Where an axis of times has its marks: at times that people count in.
  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600,
    1200, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 604800];
  const ticksWithin = (from, to, most) => {
    const step = steps.find((each) => (to - from) / each <= most) ?? to - from;
    const first = Math.ceil(from / step);
    return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step);
  };
  // The longest bar, of rows that are put together by client.
  const longest = (rows) => {
    const bars = {};
    for (const each of rows) bars[each.client] = (bars[each.client] ?? 0) + each.seconds;
    return Math.max(...Object.values(bars));
  };

  const rowsFor = {
    ladder(row, client) {
      const [mean, low, high] = numbers(row.dataset.n);
      const label = mean === 0 && high > 0 ? `< ${percent(high)}` : percent(mean);
      return [{ client, mean, low, high, label, tip: `${client}: ${label} (${percent(low)} – ${percent(high)})` }];
    },
    classes(row, client) {
      return numbers(row.dataset.k).map((share, rank) =>
        ({ client, share, rank, class: classes[rank], tip: `${client}: ${classes[rank]} ${percent(share)}` }));
    },
    recoveries(row, client) {
      // Most clients of a report on single layers recover like the first one.
      const all = numbers(row.dataset.r === "=" ? row.parentElement.rows[0].dataset.r : row.dataset.r);
      const middle = Math.floor((all.length - 1) / 2);
      return all.map((value, i) =>
        ({ client, seconds: value, median: i === middle, tip: `${client}: ${seconds(value)}` }));
    },
  };
  rowsFor.gains = (row, client) => {
    const [mean, low, high] = numbers(row.dataset.n);
    const points = (value) => `${value.toFixed(1)} pp`;
    return [{ client, mean, low, high, label: points(mean), tip: `${client}: ${points(mean)} (${points(low)} – ${points(high)})` }];
  };
  rowsFor.waterfall = (block, client, stages) =>
    numbers(block.dataset.w).map((time, rank) =>
      ({ client, seconds: time, rank, stage: stages[rank], tip: `${client}: ${stages[rank]} ${seconds(time)}` }));
  const captions = {
    waterfall: "What recoveries waited for, on average",
    gains: "Errors that each layer saves",
    ladder: "Error rate of each client",
    classes: "What kind of errors, and what came from memory",
    recoveries: "How long until all was well again (◆ median)",
  };

  // All charts of a part of the page, from its first table.
  function drawCharts(scenario) {
    if (scenario.drawn || scenario.open === false || !window.vega) return;
    scenario.drawn = true;
    const figures = scenario.querySelector("table.figures, table.gains");
    const waterfall = scenario.querySelector("table.waterfall");
    const stages = $$(scenario, "table.waterfall thead th").slice(3).map((each) => each.textContent);
    for (const figure of $$(scenario, ".chart")) {
      const name = figure.dataset.chart;
      const sources = name === "waterfall" ? $$(waterfall, "tbody") : $$(figures, "tbody tr");
      const rows = sources.flatMap((row) =>
        rowsFor[name](row, row.querySelector("th").firstChild.textContent.trim(), stages));
      if (rows.length === 0) continue;
      figure.append(make("figcaption", { textContent: captions[name] }));
      draw(figure, name, rows, { ticks: name === "waterfall" ? ticksWithin(0, longest(rows), 6) : [] });
      if (name === "waterfall") figure.append(legend(stages, name));
      if (name === "classes") figure.append(legend(classes, name));
      const picture = figure.querySelector("svg");
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${captions[name]}: the table below has the figures`);
    }
  }

  // ---- The timeline of a run.

  const clock = (s) => {
    const whole = Math.floor(s);
    const two = (n) => String(n).padStart(2, "0");
    const days = Math.floor(whole / 86400);
    return `${days ? `${days}d ` : ""}${two(Math.floor(whole / 3600) % 24)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(Math.round((s - whole) * 1000)).padStart(3, "0")}`;
  };

  function rowsOfTrack(track) {
    return track.marks.map(([lane, state, from, length, text = 0, count = 1, command = 0]) => {
      const words = [track.lanes[lane], track.states[state], track.texts[text]];
      const what = [...new Set(words.filter(Boolean))].join(", ");
      const many = count > 1 ? `${count} × ` : "";
      const number = command ? `, command ${command}` : "";
      return {
        lane: track.lanes[lane],
        state: track.states[state],
        from,
        to: from + length,
        command,
        tip: `${many}${what}${number}: ${clock(from)}, ${seconds(length)}`,
      };
    });
  }

  // What the colours mean, of states that there are.
  function legend(states, chart = "timeline") {
    const { domain, range } = charts[chart].scales.find((each) => each.name === "color");
    const list = make("ul", { className: "legend" });
    for (const state of states.filter(Boolean)) {
      const colour = make("span", { className: "colour" });
      colour.style.background = range[domain.indexOf(state)] ?? "var(--quiet)";
      list.append(make("li", {}, colour, state.replace("_", " ")));
    }
    return list;
  }

  function drawTimeline(run) {
    const figure = run.querySelector(".timeline");
    if (!figure || run.drawn || !run.open || !window.vega) return;
    run.drawn = true;
    const track = JSON.parse(run.querySelector(".track").textContent);
    const shown = make("span", { className: "shown", role: "status" });
    const view = draw(figure, "timeline", rowsOfTrack(track), { from: 0, to: track.length });
    const box = figure.querySelector(".view");
    let from = 0;
    let to = track.length;
    const narrowest = Math.min(0.05, track.length);
    const show = (begin, end) => {
      const span = Math.min(Math.max(end - begin, narrowest), track.length);
      from = Math.min(Math.max(begin, 0), track.length - span);
      to = from + span;
      const ticks = ticksWithin(from, to, Math.max(2, view.width() / 110));
      view.signal("from", from).signal("to", to).signal("ticks", ticks).run();
      shown.textContent = `${clock(from)} – ${clock(to)}`;
    };
    const zoom = (factor, at = (from + to) / 2) => show(at - (at - from) * factor, at + (to - at) * factor);
    const move = (share) => show(from + (to - from) * share, to + (to - from) * share);
    const acts = {
      "+": ["Closer", () => zoom(0.5)],
      "-": ["Farther", () => zoom(2)],
      ArrowLeft: ["Earlier", () => move(-0.25)],
      ArrowRight: ["Later", () => move(0.25)],
      0: ["Whole run", () => show(0, track.length)],
    };
    const marks = { "+": "+", "-": "−", ArrowLeft: "←", ArrowRight: "→", 0: "whole run" };
    const buttons = make("div", { className: "buttons" });
    for (const [key, [label, act]] of Object.entries(acts)) {
      const button = make("button", { type: "button", textContent: marks[key], onclick: act });
      button.setAttribute("aria-label", label);
      buttons.append(button);
    }
    buttons.append(shown);
    figure.prepend(buttons);
    figure.append(make("p", {
      className: "hint",
      textContent: "Drag to move; + − ← → 0, or the wheel with Ctrl, to zoom. A failed command tells its story when chosen.",
    }));
    figure.append(legend(track.states));
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", `${figure.getAttribute("aria-label")}: arrows move, plus and minus zoom`);
    box.addEventListener("keydown", (event) => {
      const act = acts[event.key === "=" ? "+" : event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act[1]();
    });
    // Where a pointer is, in seconds of the run.
    const at = (event) => {
      const left = box.getBoundingClientRect().left + view.padding().left + view.origin()[0];
      return from + ((event.clientX - left) / view.signal("width")) * (to - from);
    };
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, at(event));
    }, { passive: false });
    let held = null;
    box.addEventListener("pointerdown", (event) => {
      held = { x: event.clientX, from, to };
    });
    box.addEventListener("pointermove", (event) => {
      if (!held || event.buttons === 0) return;
      const by = ((held.x - event.clientX) / view.signal("width")) * (held.to - held.from);
      show(held.from + by, held.to + by);
    });
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) {
      box.addEventListener(end, () => { held = null; });
    }
    view.addEventListener("click", (_, item) => {
      if (item?.datum?.command) tell(run, item.datum.command);
    });
    show(0, track.length);
  }

  // The story of a command, or how to get it.
  function tell(run, command) {
    const story = run.querySelector(`.story[data-command="${command}"]`);
    if (story) {
      story.open = true;
      story.scrollIntoView({ block: "nearest" });
      story.querySelector("summary").focus();
      return;
    }
    const explain = run.querySelector(".explain");
    explain.textContent = `${explain.textContent.split(" --command")[0]} --command ${command}`;
    explain.scrollIntoView({ block: "nearest" });
  }

  // ---- Finding one's way.

  const scenarios = $$(document, ".scenario");
  const open = (scenario) => {
    if (scenario?.matches?.(".scenario")) scenario.open = true;
  };
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    open(target);
    target?.scrollIntoView();
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".scenario")) drawCharts(event.target);
    if (event.target.matches(".run")) drawTimeline(event.target);
  }, true);
  const drawAll = () => {
    for (const each of [...$$(document, ".attributed"), ...scenarios]) drawCharts(each);
    for (const each of $$(document, ".run")) drawTimeline(each);
  };
  addEventListener("hashchange", follow);
  if (location.hash) follow();

  // What draws the charts is packed. Where it cannot be unpacked there are tables.
  async function unpackLibrary() {
    const packed = document.getElementById("library");
    if (!packed || !window.DecompressionStream) return;
    const bytes = Uint8Array.from(atob(packed.textContent), (each) => each.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    document.head.append(make("script", { textContent: await new Response(unpacked).text() }));
    drawAll();
  }
  unpackLibrary();

  // On paper nothing can be unfolded. Runs are as the reader left them: there may be hundreds.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = $$(document, "details:not([open]):not(.run)");
    for (const each of unfolded) each.open = true;
    drawAll();
  });
  addEventListener("afterprint", () => {
    for (const each of unfolded) each.open = false;
    unfolded = [];
  });

  const find = document.getElementById("find");
  const onlyBad = document.getElementById("only-bad");
  function filter() {
    const wanted = find.value.trim().toLowerCase();
    for (const each of scenarios) {
      const text = each.querySelector("summary").textContent.toLowerCase();
      const hidden = !text.includes(wanted) || (onlyBad.checked && each.dataset.good === "true");
      each.hidden = hidden;
      const line = document.querySelector(`.overview [data-for="${each.id}"]`);
      if (line) line.hidden = hidden;
    }
  }
  find.addEventListener("input", filter);
  onlyBad.addEventListener("change", filter);

  const theme = document.getElementById("theme");
  const dark = () => document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const showTheme = () => theme.setAttribute("aria-pressed", String(dark()));
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    showTheme();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
  showTheme();
  const tools = document.querySelector(".tools");
  tools.hidden = false;
  if (scenarios.length < 2) for (const each of $$(tools, "label")) each.hidden = true;
})();
