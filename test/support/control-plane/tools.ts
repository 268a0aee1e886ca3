import { locateTools, type ToolName } from "../../../tools/install-tools.mjs";

const CONTROL_PLANE: readonly ToolName[] = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kubectl",
  "kwok",
];

/** Where a tool is; throws a sentence that says how to get it. */
export function toolPath(name: ToolName): string {
  const tool = locateTools([name])[name];
  if (tool.missing) throw new Error(`${tool.reason}; ${howToGet([name])}`);
  return tool.path;
}

/**
 * Says why tests that need these tools cannot run here, "" when they can. For the title too:
 * `describe.skipIf(missing !== "")(`the console ${missing}`, …)`.
 * CI skips nothing: there it throws.
 */
export function toolsOrSkip(names: readonly ToolName[]): string {
  const found = locateTools(names);
  const missing = names.filter((name) => found[name].missing);
  if (missing.length === 0) return "";
  const reason = `${missing.join(", ")} missing; ${howToGet(missing)}`;
  if (process.env.CI === "true") throw new Error(`these tests cannot run: ${reason}`);
  console.warn(`SKIPPED: ${reason}`);
  return `(skipped: ${reason})`;
}

/** `controlPlaneOrSkip` for tests that call `startRealNodes`. */
export function realNodesOrSkip(more: readonly ToolName[] = []): string {
  return controlPlaneOrSkip(["kube-scheduler", "karpenter", ...more]);
}

/** `toolsOrSkip` for tests that call `startControlPlane`, and whatever they start besides. */
export function controlPlaneOrSkip(more: readonly ToolName[] = []): string {
  return toolsOrSkip([...CONTROL_PLANE, ...more]);
}

function howToGet(names: readonly ToolName[]): string {
  return `run: node tools/install-tools.mjs --only ${names.join(",")}`;
}
