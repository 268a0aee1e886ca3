/**
 * Completes the console that tsc compiled: `node tools/copy-console.mjs [folder]`, where the folder
 * is the one tsc wrote to, dist by default. Run by `npm run build`, after both compilers.
 */
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const SOURCE = join(ROOT, "src", "console");
const TARGET = join(process.argv[2] ?? join(ROOT, "dist"), "console");

/** The page itself; its modules are compiled, its README stays at home. */
const STATIC = new Set([".html", ".css", ".svg"]);

/** The vendored chart library: its module and style as published. */
const UPLOT = dirname(createRequire(import.meta.url).resolve("uplot/dist/uPlot.esm.js"));
const UPLOT_FILES = ["uPlot.esm.js", "uPlot.min.css"];

/** The page imports by name, as the rest of the code does; uPlot offers a default export only. */
const UPLOT_INDEX = 'export { default as uPlot } from "./uPlot.esm.js";\n';

mkdirSync(join(TARGET, "uplot"), { recursive: true });
for (const name of readdirSync(SOURCE).filter((file) => STATIC.has(extname(file)))) {
  copyFileSync(join(SOURCE, name), join(TARGET, name));
}
for (const name of UPLOT_FILES) copyFileSync(join(UPLOT, name), join(TARGET, "uplot", name));
writeFileSync(join(TARGET, "uplot", "index.js"), UPLOT_INDEX);
