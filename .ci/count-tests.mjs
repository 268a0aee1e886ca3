import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// Adds up vitest's JSON results in a folder and prints the one line CI is judged by.
// Exit status 1 when a test failed, was skipped, or none ran.

const [folder] = process.argv.slice(2);
const runs = readdirSync(folder).map((name) =>
  JSON.parse(readFileSync(join(folder, name), "utf8")),
);
const total = (count) => runs.reduce((sum, run) => sum + count(run), 0);

/** A file that could not be loaded has no tests to count, yet it failed. */
const brokenFiles = (run) =>
  run.testResults.filter(
    (file) =>
      file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;

const passed = total((run) => run.numPassedTests);
const failed = total((run) => run.numFailedTests + brokenFiles(run));
const skipped = total((run) => run.numPendingTests + run.numTodoTests);
if (skipped > 0) console.error(`${skipped} tests were skipped, and CI skips nothing`);
if (passed + failed === 0) console.error("no test ran");
const tail = skipped > 0 ? `, ${skipped} skipped` : "";
console.log(`\n${passed} passed, ${failed} failed${tail}`);
process.exitCode = failed + skipped > 0 || passed === 0 ? 1 : 0;
