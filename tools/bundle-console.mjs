/**
 * Bundles the console: `node tools/bundle-console.mjs [folder]` writes the page into `console` of
 * the folder, dist by default. One module instead of thirty, as a page at the end of a port-forward
 * pays for every request; what only opened files need is a module of its own, loaded then.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "..");
const SOURCE = join(ROOT, "src", "console");
const TARGET = join(process.argv[2] ?? join(ROOT, "dist"), "console");

/** The page itself; its modules are bundled, its README stays at home. */
const STATIC = new Set([".html", ".css", ".svg"]);

/** What the page shows of a log is made by the functions that the server uses. */
const LOG_VIEWS = join(ROOT, "src", "adapters", "log-views", "log-views.ts");

/** `log-views/index.d.ts` says what the page sees of it. */
const logViews = {
  name: "log-views",
  enforce: "pre",
  resolveId: (id) => (id.endsWith("/log-views/index.js") ? LOG_VIEWS : null),
};

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
await build({
  root: ROOT,
  configFile: false,
  logLevel: "error",
  base: "./",
  plugins: [logViews],
  build: {
    target: "es2022",
    outDir: TARGET,
    emptyOutDir: false,
    modulePreload: false,
    rolldownOptions: {
      input: { main: join(SOURCE, "main.ts") },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
      // Of `src/api` the page takes words: building the schemas beside them has no effect.
      treeshake: { manualPureFunctions: ["Type", "nullable"] },
    },
  },
});
for (const name of readdirSync(SOURCE).filter((file) => STATIC.has(extname(file)))) {
  copyFileSync(join(SOURCE, name), join(TARGET, name));
}
const uplot = createRequire(import.meta.url).resolve("uplot/dist/uPlot.min.css");
copyFileSync(uplot, join(TARGET, "uplot.css"));
