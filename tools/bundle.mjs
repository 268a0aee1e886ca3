/**
 * Bundles programs: `node tools/bundle.mjs` writes the command line over dist/cli. A program loads
 * in a few files instead of hundreds, and numbers that a module imports stand where they are used:
 * V8 reads an imported constant from memory at each use and checks that it is there, which in the
 * simulator's loops, whose records are words of typed arrays, was a tenth of the time and more.
 */
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "..");

/** Bundled too, as they are hundreds of small files; all other packages are loaded as they are. */
const PACKAGES_WITHIN = ["zod", "yaml", "commander"];

/**
 * Constants that only their own module uses: as exports they become numbers too. Those of the
 * kernel alone, whose words of records these are.
 */
const ownConstants = {
  name: "own-constants",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("/sim/kernel/")) return null;
    return { code: code.replace(/^const (?=[A-Z][A-Z_0-9]* = )/gm, "export const "), map: null };
  },
};

/** @param inputs source files by the names of their outputs; files already in `outDir` stay */
export async function bundle(inputs, outDir) {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: "error",
    plugins: [ownConstants],
    ssr: { noExternal: PACKAGES_WITHIN },
    build: {
      ssr: true,
      target: "node20",
      outDir,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: inputs,
        optimization: { inlineConst: { mode: "all", pass: 3 } },
        output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
      },
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  // The worker lies beside the program: both ask for it relative to themselves.
  const cli = join(ROOT, "src", "cli");
  const outDir = join(ROOT, "dist", "cli");
  rmSync(outDir, { recursive: true, force: true });
  await bundle(
    { main: join(cli, "main.ts"), worker: join(cli, "simulation", "worker.ts") },
    outDir,
  );
  // npm makes a package's own programs executable when it installs, not when they are built again.
  chmodSync(join(outDir, "main.js"), 0o755);
}
