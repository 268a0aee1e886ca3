/** Bundles a measurement as the program is, then runs it: `node bench/run.mjs sim --quick`. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../tools/bundle.mjs";

/** Those that run in threads have a folder of their own: a bundle's worker lies beside it. */
const WITH_THREADS = ["decisions"];

const [name = "", ...flags] = process.argv.slice(2);
const root = join(import.meta.dirname, "..");
const threads = WITH_THREADS.includes(name);
const outDir = join(root, "dist", threads ? name : "bench");
if (threads) rmSync(outDir, { recursive: true, force: true });
const worker = { worker: join(root, "src", "cli", "simulation", "worker.ts") };
const inputs = { [name]: join(import.meta.dirname, `${name}.mjs`), ...(threads ? worker : {}) };
await bundle(inputs, outDir);
const script = [...process.execArgv, join(outDir, `${name}.js`), ...flags];
const { status } = spawnSync(process.execPath, script, { stdio: "inherit" });
process.exitCode = status ?? 1;
