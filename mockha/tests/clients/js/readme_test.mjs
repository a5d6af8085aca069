// The example of mockha's README is a program that works.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { promisify } from "node:util";

import { Mockha } from "./mockha.mjs";

test("it lists states, toggles a light and survives a restart", async (t) => {
  const readme = readFileSync(process.env.MOCKHA_README, "utf8");
  const [, example] = readme.match(/```js\n([^]*?)```/);
  writeFileSync("example.mjs", example);
  const mockha = await Mockha.start(t, "--time-scale", "100");
  const { stdout } = await promisify(execFile)("node", ["example.mjs", mockha.firstLine]);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.length, 45, stdout);
  assert.ok(lines.includes("light.desk off"), stdout);
  assert.equal(lines.at(-1), "back at 2026.6.0");
  const { entries } = await mockha.ask("GET", "/ledger");
  assert.deepEqual(
    entries.map(({ what }) => what),
    ["light.toggle light.desk"],
  );
});
