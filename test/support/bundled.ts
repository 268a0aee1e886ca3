import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

/**
 * Bundles a module, with all it imports, into a folder of its own. Under the test runner every use
 * of an import is a call, which makes the simulator's hot loop seven times slower: too slow for a
 * million turns. @returns the path to import it from
 */
export async function bundled(entry: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "breakwater-bundled-"));
  // Where the program is too, and package.json beside it: commands read their version from there.
  const outDir = join(root, "dist", "cli");
  copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));
  await build({
    configFile: false,
    logLevel: "error",
    // The folder is outside the project: packages are not found from there.
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir,
      minify: false,
      rolldownOptions: {
        optimization: { inlineConst: { mode: "all", pass: 3 } },
        output: { entryFileNames: "bundled.mjs" },
      },
    },
  });
  return join(outDir, "bundled.mjs");
}
