/** Bundles a measurement as the program is, then runs it: `node bench/run.mjs sim --quick`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bundle } from "../tools/bundle.mjs";

const [name = "", ...flags] = process.argv.slice(2);
const outDir = join(import.meta.dirname, "..", "dist", "bench");
await bundle({ [name]: join(import.meta.dirname, `${name}.mjs`) }, outDir);
const script = [...process.execArgv, join(outDir, `${name}.js`), ...flags];
const { status } = spawnSync(process.execPath, script, { stdio: "inherit" });
process.exitCode = status ?? 1;
