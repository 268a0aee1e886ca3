import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { locateTool, TOOLS, toolsNamed } from "./control-plane/catalog.mjs";
import { installTool, refreshPackageLists, ToolError } from "./control-plane/install.mjs";

const USAGE = `Finds the programs that the cluster and browser tests start, gets those missing.

  node tools/install-tools.mjs [--only name,name] [--print]

  --only   just these: ${TOOLS.map((tool) => tool.name).join(", ")}
  --print  print {name: path} as JSON on stdout; progress is always on stderr

Looks in KUBEBUILDER_ASSETS, then PATH (prometheus, promtool, chromium), then the cache, which is
BREAKWATER_TOOLS_DIR or breakwater/tools in the user's cache folder.
Exit status: 0 all there, 1 a tool cannot be had, 2 wrong usage.`;

/** Finds tools and installs nothing: by name `{path}`, or `{missing: true, reason}`. */
export function locateTools(names = TOOLS.map((tool) => tool.name), env = process.env) {
  const found = toolsNamed(names).map((tool) => [tool.name, locateTool(tool, env)]);
  return Object.fromEntries(found);
}

/** Finds or gets the tools and returns {name: path}; throws ToolError at the first that fails. */
function ensureTools(names, say) {
  const tools = toolsNamed(names);
  const paths = {};
  const needsLists = (tool) => tool.from.startsWith("debian") && locateTool(tool).missing;
  if (tools.some(needsLists)) refreshPackageLists(say);
  for (const tool of tools) paths[tool.name] = ensureTool(tool, say);
  return paths;
}

function ensureTool(tool, say) {
  const found = locateTool(tool);
  if (!found.missing) {
    say(`${tool.name}: found at ${found.path}`);
    return found.path;
  }
  say(`${tool.name}: not here, getting it ...`);
  const startedAt = performance.now();
  const path = installTool(tool);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`${tool.name}: ready after ${seconds} s at ${path}`);
  return path;
}

function main() {
  const { values } = parseArgs({
    options: { only: { type: "string" }, print: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const names = values.only?.split(",") ?? TOOLS.map((tool) => tool.name);
  const paths = ensureTools(names, (line) => console.error(line));
  if (values.print) console.log(JSON.stringify(paths, null, 2));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    main();
  } catch (error) {
    console.error(error.message);
    if (!(error instanceof ToolError)) console.error(`\n${USAGE}`);
    process.exitCode = error instanceof ToolError ? 1 : 2;
  }
}
