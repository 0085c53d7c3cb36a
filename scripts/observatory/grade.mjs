// Prints what MDN's HTTP Observatory says of a host, as JSON: its grade, its score and the result of each test.
import { mkdirSync, writeFileSync } from "node:fs";

// The list of preloaded hosts is fetched when the package is installed with its scripts; none of ours is in it.
const lists = new URL("node_modules/@mdn/mdn-http-observatory/conf/", import.meta.url);
mkdirSync(lists, { recursive: true });
writeFileSync(new URL("hsts-preload.json", lists), "{}");

const { scan } = await import("@mdn/mdn-http-observatory");
const { scan: found, tests } = await scan(process.argv[2]);
const results = Object.entries(tests).map(([name, test]) => ({
  name,
  passed: test.pass,
  points: test.scoreModifier,
  result: test.result,
}));
console.log(JSON.stringify({ grade: found.grade, score: found.score, tests: results }));
