// usage: node compile.mjs FOLDER >charts.json
// The Vega-Lite charts of a folder as one object of Vega specifications, by their names. A chart that
// Vega-Lite complains about is an error of the build.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "vega-lite";

const folder = process.argv[2];
const complain = (...words) => {
  // Rows have a fixed height, and so has the chart: that is what is wanted.
  if (/^Dropping "fit-y"/.test(words[0])) return logger;
  throw new Error(words.join(" "));
};
const silent = () => logger;
const logger = { level: silent, warn: complain, error: complain, info: silent, debug: silent };
const charts = {};
for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith(".json")) continue;
  const { spec } = compile(JSON.parse(readFileSync(join(folder, file), "utf8")), { logger });
  delete spec.$schema;
  // It lies on the page, whatever colour that has.
  delete spec.background;
  charts[file.slice(0, -".json".length)] = spec;
}
process.stdout.write(JSON.stringify(charts));
