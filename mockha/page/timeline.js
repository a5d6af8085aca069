// The scenario's faults as a tape.
import { call } from "./api.js";
import { duration, find, h, say, sync, toast, words } from "./dom.js";

let refresh = () => {};
let state = "running";

async function press(what) {
  try {
    showTimeline(await call("POST", `/timeline/${what}`));
  } catch (problem) {
    toast(problem.text ?? String(problem), true);
  }
  refresh();
}

const verb = (step) => (step.does === "begin" ? "begins" : "ends");

function showTrack(tape) {
  const length = Math.max(tape.length, ...tape.steps.map((step) => step.at), 1);
  const place = (seconds) => `${Math.min(100, (100 * seconds) / length)}%`;
  find("track-done").style.width = place(tape.position);
  for (const old of find("track").querySelectorAll(".mark")) old.remove();
  for (const step of tape.steps) {
    const mark = h("span", { class: `mark ${step.does}${step.done ? " done" : ""}` });
    mark.style.left = place(step.at);
    find("track").append(mark);
  }
}

export function showTimeline(tape) {
  find("timeline").hidden = tape === null;
  if (tape === null) return;
  state = tape.state;
  const speed = tape.time_scale === 1 ? "" : `, ${tape.time_scale} times as fast`;
  say(find("timeline-name"), `${tape.scenario}: ${tape.title}${speed}`);
  say(find("timeline-run"), state === "paused" ? "Resume" : "Pause");
  find("timeline-run").disabled = state === "finished";
  find("timeline-step").disabled = state === "finished";
  const next = tape.steps.find((step) => !step.done);
  const at = duration(tape.position);
  say(find("timeline-next"), next
    ? `${state} at ${at}; ${next.name} ${verb(next)} at ${duration(next.at)}`
    : `finished: ${tape.steps.length ? "all its faults have been played" : "it has no faults of the server"}`);
  showTrack(tape);
  sync(find("timeline-steps"), tape.steps.slice(0, 500), (step) => `${step.number} ${step.does}`,
    () => h("li"), (row, step) => {
      say(row, `${duration(step.at)}: ${step.name} (${words(step.kind)}) ${verb(step)}${step.done ? ", done" : ""}`);
      row.classList.toggle("done", step.done);
    });
  say(find("timeline-left-out"), tape.left_out.length ? `Left to others: ${tape.left_out.join(", ")}.` : "");
}

export function startTimeline(onChanged) {
  refresh = onChanged;
  find("timeline-run").addEventListener("click", () => press(state === "paused" ? "resume" : "pause"));
  find("timeline-step").addEventListener("click", () => press("step"));
  find("timeline-restart").addEventListener("click", () => press("restart"));
}
