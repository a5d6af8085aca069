// The page of the admin API as a person has it in a browser, with keyboard and mouse.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import axe from "axe-core";
import { chromium } from "playwright-core";

import { Mockha, patience, within } from "../js/mockha.mjs";
import { connect, ha, watchEntities } from "../js/official.mjs";

let browser;
test.before(async () => {
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    // Nothing of the browser's own goes anywhere.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});
test.after(() => browser.close());

/// The page, and what it complained about or asked of others.
async function open(t, mockha, options = {}) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== mockha.admin) {
      page.complaints.push(`asked ${url}`);
    }
  });
  await page.goto(mockha.admin);
  await page.getByRole("list", { name: "Entities" }).or(page.locator("#entities")).waitFor();
  await page.locator("#entities > li").first().waitFor();
  return page;
}

const section = (page, name) => page.getByRole("region", { name, exact: true }).first();
const light = (page) => page.getByRole("switch", { name: "Desk on", exact: true });

/// Waits for a text anywhere inside.
const shows = (where, text) => where.getByText(text).first().waitFor();

test("it shows who is connected and what is there, and asks nobody else", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const page = await open(t, mockha);
  const connections = section(page, "Connections");
  await shows(connections, "Owner");
  assert.equal(await connections.getByRole("button", { name: /^Close connection/ }).count(), 1);
  await shows(section(page, "Home"), "44");
  assert.equal(await page.locator("#entities > li").count(), 44);
  await shows(page.locator("body"), mockha.url);
  // The token is not shown whole, nor anywhere in the page.
  assert.ok(!(await page.content()).includes(mockha.token));
  await connection.ping();
  connection.close();
  await shows(connections, "No client is connected.");
  assert.deepEqual(page.complaints, []);
});

test("a light is switched by the keyboard alone, and a client sees it", async (t) => {
  const mockha = await Mockha.start(t);
  const entities = watchEntities(await connect(t, mockha));
  const page = await open(t, mockha);
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  for (let tabs = 0; (await focused()) !== "Filter entities"; ++tabs) {
    assert.ok(tabs < 100, "the filter cannot be reached");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type("light.desk");
  await shows(section(page, "Home"), "1 of 44");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Desk on");
  await page.keyboard.press("Space");
  await entities.find((all) => all["light.desk"]?.state === "on", "the light");
  await page.getByRole("switch", { name: "Desk on", checked: true }).waitFor();
  // It is where it was: the next press turns it off.
  assert.equal(await focused(), "Desk on");
  const before = entities.all.length;
  await page.keyboard.press("Enter");
  await entities.find((all) => all["light.desk"].state === "off", "the light going off", before);
  assert.deepEqual(page.complaints, []);
});

test("a fault is injected and lifted by buttons, and its history shown", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const page = await open(t, mockha);
  const faults = section(page, "Faults");
  await shows(faults, "Nothing is broken at present.");
  await faults.getByRole("button", { name: "fail command", exact: true }).click();
  await faults.getByText("Limits and trigger").click();
  // What is wrong is said, and nothing is lost.
  await faults.getByLabel("hits", { exact: true }).fill("0");
  await faults.getByLabel("command", { exact: true }).fill("light.*");
  await faults.getByRole("button", { name: "Break it" }).click();
  await shows(faults.getByRole("alert"), /hits/);
  await faults.getByLabel("hits", { exact: true }).fill("");
  await faults.getByRole("button", { name: "Break it" }).click();
  await shows(faults, "in force");

  const turnOn = () =>
    ha.callService(connection, "light", "turn_on", {}, { entity_id: "light.desk" });
  await assert.rejects(turnOn, { code: "home_assistant_error" });
  await shows(faults, /hit 1 time/);
  await faults.getByText("What it hit").click();
  await shows(faults, /light\.turn_on light\.desk/);
  await faults.getByRole("button", { name: /^Lift/ }).click();
  await shows(faults, /^ended$/);
  await turnOn();
  // The refused attempt is an error to the browser, too: it is the only one.
  assert.ok(page.complaints.length <= 1, page.complaints.join("\n"));
});

test("the log moves with what happens, stands still when told to, and can be filtered", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const page = await open(t, mockha);
  const log = page.getByRole("log");
  const turn = (service, entity_id) => ha.callService(connection, "switch", service, {}, { entity_id });
  await turn("turn_on", "switch.fan");
  await shows(log, /switch\.turn_on switch\.fan/);
  const pause = section(page, "Live log").getByRole("button", { name: "Pause" });
  await pause.click();
  await turn("turn_off", "switch.fan");
  await shows(section(page, "Live log"), /held back/);
  assert.equal(await log.getByText(/switch\.turn_off/).count(), 0);
  await section(page, "Live log").getByRole("button", { name: "Go on" }).click();
  await shows(log, /switch\.turn_off switch\.fan/);
  await page.getByLabel("Filter the log").fill("turn_off");
  await log.getByText(/switch\.turn_on/).first().waitFor({ state: "detached" });
  await shows(log, /switch\.turn_off switch\.fan/);
  assert.deepEqual(page.complaints, []);
});

test("it restarts Home Assistant, and shows its way back", async (t) => {
  const mockha = await Mockha.start(t);
  const connection = await connect(t, mockha);
  const back = new Promise((resolve) => connection.addEventListener("ready", resolve));
  const page = await open(t, mockha);
  await page.getByRole("button", { name: "Restart…" }).click();
  for (const phase of ["Stopping", "Refused", "Not running", "Starting"]) {
    await page.getByLabel(phase).fill("500ms");
  }
  await page.keyboard.press("Enter");
  const phase = page.getByRole("status").filter({ hasText: /refused|not running|starting/ });
  await phase.first().waitFor();
  await within(back, "the client");
  await shows(page.getByRole("status"), "running");
  assert.deepEqual(page.complaints, []);
});

test("a server that goes away is missed, and one with a token asks for it", async (t) => {
  const mockha = await Mockha.start(t);
  const page = await open(t, mockha);
  await mockha.stop();
  await page.getByRole("alert").getByText(/does not answer/).waitFor();

  const guarded = await Mockha.start(t, "--admin-token", "open sesame");
  const context = await browser.newContext();
  t.after(() => context.close());
  const asked = await context.newPage();
  asked.setDefaultTimeout(patience);
  await asked.goto(guarded.admin);
  await asked.getByRole("textbox", { name: "Token" }).fill("open sesame");
  await asked.keyboard.press("Enter");
  await asked.locator("#entities > li").first().waitFor();
});

/// What a judge of accessibility finds: contrast, names, roles, landmarks.
async function complaintsOfAxe(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html) }));
}

test("whoever sees little, or narrow, or in the dark, can use it", async (t) => {
  const mockha = await Mockha.start(t);
  await connect(t, mockha);
  await mockha.ask("POST", "/faults", { kind: "lose_answer" });
  const pictures = new Set();
  const [wide, narrow] = [{ width: 1280, height: 900 }, { width: 360, height: 740 }];
  for (const options of [
    { colorScheme: "light", viewport: wide, judge: true },
    { colorScheme: "dark", viewport: wide },
    { colorScheme: "light", viewport: narrow },
    { colorScheme: "dark", viewport: narrow, judge: true },
  ]) {
    const page = await open(t, mockha, options);
    await page.getByRole("button", { name: "hang up", exact: true }).click();
    await shows(section(page, "Faults"), "in force");
    if (options.judge) assert.deepEqual(await complaintsOfAxe(page), [], JSON.stringify(options));
    const [width, room] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    assert.ok(width <= room, `${width} wide in ${room}`);
    const picture = await page.screenshot();
    assert.ok(picture.length > 10_000);
    pictures.add(createHash("sha256").update(picture).digest("hex"));
  }
  assert.equal(pictures.size, 4);
});
