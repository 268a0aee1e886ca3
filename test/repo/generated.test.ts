import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtProgram } from "./support/built-program.ts";
import { readText, ROOT } from "./support/repository.ts";

const GENERATOR = "tools/generate.mjs";
/** It compares what a few seconds of work produce, half a minute on a busy machine. */
const CHECK_TIMEOUT_MS = 150_000;

it("what `npm run generate` writes is what is there", () => {
  // Without the flag it would write into the tree that is being tested.
  if (!readText(GENERATOR).includes("--check")) throw new Error(`${GENERATOR} has no --check`);
  builtProgram();
  const check = spawnSync(process.execPath, [join(ROOT, GENERATOR), "--check"], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: CHECK_TIMEOUT_MS,
  });
  const outcome = { status: check.status, output: check.stdout + check.stderr };
  expect(outcome, "run `npm run generate` and commit").toMatchObject({ status: 0 });
});
