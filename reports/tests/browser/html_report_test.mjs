// HTML reports as a person has them: opened from disk, in a browser that may ask nobody.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

// The packages are those of the working directory.
const require = createRequire(join(process.cwd(), "package.json"));
const axe = require("axe-core");
const { chromium } = require("playwright-core");

const folder = join(process.cwd(), "html_report");
const suiteSizeMax = 2_000_000;
const patience = 120_000;

/// Runs hassle and gives the path of its report.
function report(name, ...asked) {
  const path = join(folder, `${name}.html`);
  const words = ["run", ...asked, "--no-progress", "--report", `html=${path}`];
  return new Promise((resolve, reject) => {
    execFile(process.env.HASSLE, words, (failed, _, complaints) => {
      // Passed, failed and inconclusive are all results; nothing else is.
      if ([undefined, 1, 3].includes(failed?.code)) resolve(path);
      else reject(new Error(`hassle ${words.join(" ")}: ${failed.code} ${complaints}`));
    });
  });
}

let browser;
let suite;
let ladder;
let attribution;
test.before(async () => {
  mkdirSync(folder, { recursive: true });
  const reports = Promise.all([
    report("suite", "--all", "--seeds", "2"),
    report("ladder", "lee-day", "--ladder", "--seeds", "2", "--duration", "6h"),
    report("attribution", "lee-day", "--attribute", "report", "--seeds", "2", "--duration", "2h"),
  ]);
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  [suite, ladder, attribution] = await reports;
});
test.after(() => browser?.close());

/// A report opened, and what it complained about or asked for beside itself.
async function open(t, path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  const own = pathToFileURL(path).href;
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("data:") && url.split("#")[0] !== own) page.complaints.push(`asked ${url}`);
  });
  await page.goto(own);
  return page;
}

const shot = (page, name, more = {}) => page.screenshot({ path: join(folder, `${name}.png`), ...more });
const unfold = (page, selector) =>
  page.evaluate((what) => document.querySelectorAll(what).forEach((each) => { each.open = true; }), selector);
/// What was seen of a run: the text beside the buttons of its timeline.
const shown = (run) => run.locator(".shown").textContent();

async function openRun(page, client) {
  const run = page.locator(".run", { hasText: client }).first();
  await run.locator("> summary").click();
  await run.locator(".timeline svg").waitFor();
  return run;
}

/// Where a failed command is drawn, whose story is in the page.
const markOf = (run) =>
  run.evaluate((element) => {
    element.querySelector(".timeline").scrollIntoView({ block: "center" });
    const { vega: view } = element.querySelector(".timeline");
    const command = Number(element.querySelector(".story[data-command]").dataset.command);
    const found = [];
    const look = (item) => {
      if (item.datum?.command === command) found.push(item);
      for (const each of item.items ?? []) look(each);
    };
    look(view.scenegraph().root);
    const box = element.querySelector(".timeline .view svg").getBoundingClientRect();
    const left = view.origin()[0] + view.padding().left;
    const top = view.origin()[1] + view.padding().top;
    const { x1, x2, y1, y2 } = found.find((each) => each.bounds).bounds;
    return { x: box.left + left + (x1 + x2) / 2, y: box.top + top + (y1 + y2) / 2 };
  });

/// The text of what was printed, which stays beside the pictures.
function printed(bytes, name) {
  const pdf = join(folder, `${name}.pdf`);
  writeFileSync(pdf, bytes);
  return execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8" });
}

test("the report of the whole suite is small, asks for nothing and draws all its charts", async (t) => {
  assert.ok(statSync(suite).size < suiteSizeMax, `${statSync(suite).size} bytes`);
  t.diagnostic(`the suite's report has ${statSync(suite).size} bytes`);
  const page = await open(t, suite);
  await page.getByRole("heading", { name: "Scenarios", exact: true }).waitFor();
  assert.ok((await page.locator(".scenario").count()) > 40);
  await shot(page, "suite-light");
  await unfold(page, ".scenario");
  await page.waitForFunction(() => [...document.querySelectorAll(".scenario")].every((each) => each.drawn));
  const empty = await page.evaluate(() =>
    [...document.querySelectorAll(".chart")]
      .filter((each) => !each.hidden && !each.querySelector(".mark-rect path, .mark-symbol path"))
      .map((each) => `${each.closest(".scenario").id} ${each.dataset.chart}`));
  assert.deepEqual(empty, []);
  assert.ok((await page.locator(".chart svg").count()) > 80);
  await unfold(page, ".run");
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".run")].every((each) => each.drawn || !each.querySelector(".track")));
  assert.deepEqual(page.complaints, []);
});

test("what is looked for is found", async (t) => {
  const page = await open(t, suite);
  const visible = () => page.locator(".scenario:visible").count();
  const all = await visible();
  await page.getByLabel("Find").fill("lee-day");
  const some = await visible();
  assert.ok(some >= 1 && some < all);
  await page.getByLabel("Find").fill("");
  await page.locator(".overview a", { hasText: /^lee-day$/ }).click();
  await page.locator("#s-lee-day .chart svg").first().waitFor();
  assert.ok((await page.locator("#s-lee-day .chart[data-chart=waterfall] .mark-rect path").count()) > 5);
  assert.deepEqual(page.complaints, []);
});

test("a run's timeline is zoomed by buttons, keys, wheel and dragging", async (t) => {
  const page = await open(t, ladder);
  const run = await openRun(page, "naive");
  const whole = await shown(run);
  const changed = async (act) => {
    const before = await shown(run);
    await act();
    const after = await shown(run);
    assert.notEqual(after, before);
    return after;
  };
  await changed(() => run.getByRole("button", { name: "Closer" }).click());
  const drawn = () => run.locator(".timeline .role-axis").first().innerHTML();
  const closer = await drawn();
  await changed(() => run.getByRole("button", { name: "Later" }).click());
  assert.notEqual(await drawn(), closer);
  const view = run.locator(".timeline .view");
  await view.focus();
  for (const key of ["+", "ArrowLeft", "-"]) await changed(() => page.keyboard.press(key));
  assert.equal(await changed(() => page.keyboard.press("0")), whole);
  const box = await view.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 20);
  await page.keyboard.down("Control");
  await changed(() => page.mouse.wheel(0, -100));
  await page.keyboard.up("Control");
  await changed(async () => {
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 3, box.y + 20, { steps: 4 });
    await page.mouse.up();
  });
  await run.screenshot({ path: join(folder, "timeline-zoomed.png") });
  assert.deepEqual(page.complaints, []);
});

test("a failed command tells its story, from the list and from the timeline", async (t) => {
  const page = await open(t, ladder);
  const run = await openRun(page, "naive");
  const story = run.locator(".story[data-command]");
  await story.locator("summary").click();
  await story.locator("pre").waitFor({ state: "visible" });
  assert.match(await story.locator("pre").textContent(), /why|because|command/i);
  await run.screenshot({ path: join(folder, "story.png") });
  await story.locator("summary").click();
  await story.locator("pre").waitFor({ state: "hidden" });
  // From afar it lies beneath others.
  const afar = await markOf(run);
  await page.mouse.move(afar.x, afar.y);
  await page.keyboard.down("Control");
  for (let i = 0; i < 30; ++i) await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  const { x, y } = await markOf(run);
  await page.mouse.click(x, y);
  await story.locator("pre").waitFor({ state: "visible" });
  assert.deepEqual(page.complaints, []);
});

test("all that can be done is done with the keyboard, and seen where", async (t) => {
  const page = await open(t, ladder);
  await page.locator(".chart svg").first().waitFor();
  const at = () =>
    page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      const { tagName, className, textContent } = document.activeElement;
      const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
      return { name: `${tagName}.${className}`, text: textContent.slice(0, 40), seen };
    });
  // On to what is wanted, as whoever has no mouse goes.
  const reach = async (wanted) => {
    for (let i = 0; i < 100; ++i) {
      await page.keyboard.press("Tab");
      const stop = await at();
      assert.ok(stop.seen, `no focus is seen at ${stop.name} ${stop.text}`);
      if (wanted(stop)) return stop;
    }
    throw new Error("not reached");
  };
  await reach((stop) => stop.name === "A.skip");
  await reach((stop) => stop.name === "BUTTON." && /Dark/.test(stop.text));
  await reach((stop) => stop.name === "SUMMARY." && /^naive, seed/.test(stop.text));
  await page.keyboard.press("Enter");
  const run = page.locator(".run", { hasText: "naive" }).first();
  await run.locator(".timeline svg").waitFor();
  const whole = await shown(run);
  await reach((stop) => stop.name === "BUTTON." && stop.text === "+");
  await page.keyboard.press("Enter");
  assert.notEqual(await shown(run), whole);
  await reach((stop) => stop.name === "DIV.view");
  await page.keyboard.press("0");
  assert.equal(await shown(run), whole);
  await reach((stop) => stop.name === "SUMMARY." && /^Command/.test(stop.text));
  await page.keyboard.press("Space");
  await run.locator(".story pre").first().waitFor({ state: "visible" });
  await reach((stop) => stop.name === "PRE.");
  assert.deepEqual(page.complaints, []);
});

/// What looks wrong in the charts: colours that are not the page's, and words that cannot be read.
const blemishes = (page) =>
  page.evaluate(() => {
    const found = [];
    const paper = getComputedStyle(document.body).backgroundColor;
    const dark = (colour) => colour.match(/\d+/g).slice(0, 3).every((each) => Number(each) < 128);
    for (const svg of document.querySelectorAll("figure svg")) {
      const name = svg.closest("figure").dataset.chart ?? "timeline";
      const box = svg.getBoundingClientRect();
      if (box.width === 0) continue;
      for (const each of [svg, svg.parentElement, ...svg.querySelectorAll(".background")]) {
        const { backgroundColor, fill } = getComputedStyle(each);
        const colour = each.matches(".background") ? fill : backgroundColor;
        const none = colour === "none" || /, 0\)$/.test(colour);
        if (!none && dark(colour) !== dark(paper)) found.push(`${name}: ${colour} on ${paper}`);
      }
      for (const text of svg.querySelectorAll("text")) {
        const { left, right, width } = text.getBoundingClientRect();
        const cut = left < box.left - 1 || right > box.right + 1;
        const seen = width > 0 && getComputedStyle(text).opacity !== "0";
        if (seen && cut) found.push(`${name}: "${text.textContent}" is cut`);
      }
      for (const labels of svg.querySelectorAll(".role-axis-label")) {
        const boxes = [...labels.querySelectorAll("text")]
          .filter((each) => getComputedStyle(each).opacity !== "0" && each.textContent)
          .map((each) => ({ what: each.textContent, ...each.getBoundingClientRect().toJSON() }));
        for (const [i, a] of boxes.entries()) {
          for (const b of boxes.slice(i + 1)) {
            const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
            if (!apart) found.push(`${name}: "${a.what}" lies on "${b.what}"`);
          }
        }
      }
    }
    return found;
  });

test("what each layer saves is drawn", async (t) => {
  const page = await open(t, attribution);
  await page.locator(".attributed .chart .mark-rect path").first().waitFor();
  await shot(page, "attribution");
  assert.deepEqual(page.complaints, []);
});

test("it can be read in the light, in the dark and on a phone", async (t) => {
  const looks = [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["narrow", { colorScheme: "light", viewport: { width: 360, height: 740 } }],
  ];
  const papers = {};
  for (const [name, options] of looks) {
    const page = await open(t, ladder, options);
    await openRun(page, "naive");
    await page.locator(".run .story summary").first().click();
    papers[name] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= room, `${name}: ${wide} > ${room}`);
    assert.deepEqual(await blemishes(page), [], name);
    await shot(page, `ladder-${name}`, { fullPage: true });
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    const serious = violations.filter((each) => ["serious", "critical"].includes(each.impact));
    assert.deepEqual(serious.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`), []);
    assert.deepEqual(page.complaints, []);
  }
  assert.notEqual(papers.light, papers.dark);
  const page = await open(t, ladder, { colorScheme: "light" });
  await page.getByRole("button", { name: "Dark" }).press("Enter");
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), papers.dark);
  const overview = await open(t, suite, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await shot(overview, "suite-narrow-dark");
  await overview.evaluate(axe.source);
  const { violations } = await overview.evaluate(() => globalThis.axe.run());
  assert.deepEqual(violations.filter((each) => ["serious", "critical"].includes(each.impact)).map((each) => each.id), []);
});

test("without JavaScript the tables and stories are there", async (t) => {
  const page = await open(t, ladder, { javaScriptEnabled: false });
  await page.locator("table.waterfall").first().waitFor({ state: "visible" });
  const table = page.locator("table.figures").first();
  await table.waitFor({ state: "visible" });
  assert.ok((await table.locator("tbody tr").count()) > 3);
  assert.equal(await page.locator("figure:visible").count(), 0);
  assert.equal(await page.locator(".tools:visible").count(), 0);
  const run = page.locator(".run", { hasText: "naive" }).first();
  await run.locator("> summary").click();
  await run.locator(".story summary").first().click();
  await run.locator(".story pre").first().waitFor({ state: "visible" });
  await shot(page, "without-script", { fullPage: true });
  const paper = printed(await page.pdf({ format: "A4" }), "without-script");
  for (const word of [/connection is closed after/, /What the clients are made of/]) assert.match(paper, word);
});

test("built without charts it has tables and tools", async (t) => {
  const whole = readFileSync(ladder, "utf8");
  const less = whole.replace(/<script[^>]* id="(charts|library)">[^<]*<\/script>/g, "");
  assert.ok(less.length < whole.length - 100_000);
  const path = join(folder, "without-charts.html");
  writeFileSync(path, less);
  const page = await open(t, path);
  await page.getByRole("button", { name: "Dark" }).click();
  await page.locator("table.waterfall").first().waitFor({ state: "visible" });
  await page.locator(".run > summary", { hasText: "naive" }).first().click();
  await page.locator(".run .story summary").first().click();
  await page.locator(".run .story pre").first().waitFor({ state: "visible" });
  assert.equal(await page.locator("figure:visible").count(), 0);
  assert.deepEqual(page.complaints, []);
});

test("printed it can be read", async (t) => {
  const page = await open(t, ladder, { colorScheme: "dark" });
  await openRun(page, "naive");
  const text = printed(await page.pdf({ format: "A4" }), "ladder");
  // What was folded, too, and the story of the run that was opened.
  const words = [/lee-day/, /naive/, /production/, /95 % interval/, /How it came about/, /connection is closed after/,
    /What recoveries waited for/, /Most frequent errors/, /Why: /, /What the clients are made of/];
  for (const word of words) assert.match(text, word);
  assert.doesNotMatch(text, /whole run|Drag to move/);
  execFileSync("pdftoppm", ["-r", "60", "-png", join(folder, "ladder.pdf"), join(folder, "printed")]);
  // Folded again as it was.
  assert.ok(await page.locator("details.more:not(.run):not([open])").count() > 0);
  // As wide as a page of paper less its margins.
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 703, height: 1000 });
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll("table")]
      .filter((each) => each.getBoundingClientRect().right > innerWidth)
      .map((each) => `${each.closest("[aria-label]").getAttribute("aria-label")}`));
  assert.deepEqual(cut, []);
});
