/** The compiled program, for the rules that run it. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { exists, filesUnder, ROOT } from "./repository.ts";

const PROGRAM = "dist/cli/main.js";

/** @returns the absolute path of the program. @throws when it was not built from today's src. */
export function builtProgram(): string {
  const path = join(ROOT, PROGRAM);
  if (!exists(PROGRAM)) throw new Error(`no ${PROGRAM}: run \`npm run build\``);
  const builtAt = statSync(path).mtimeMs;
  const newer = filesUnder("src").find((file) => statSync(join(ROOT, file)).mtimeMs > builtAt);
  if (newer !== undefined)
    throw new Error(`${newer} changed after ${PROGRAM} was built: run \`npm run build\``);
  return path;
}
