/** The chart, installed as an operator would. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Access } from "./control-plane/access.ts";
import { toolPath } from "./control-plane/tools.ts";

export const CHART_DIR = join(import.meta.dirname, "..", "..", "charts", "breakwater");
export const RELEASE_NAMESPACE = "breakwater-system";
/** The controller as the API server knows it. */
export const CONTROLLER = `system:serviceaccount:${RELEASE_NAMESPACE}:breakwater`;

/** Runs helm to its end and returns its output; throws with its standard error when it fails. */
export async function helm(access: Pick<Access, "adminKubeconfig">, ...args: readonly string[]) {
  const env = { ...process.env, KUBECONFIG: access.adminKubeconfig };
  const { stdout } = await promisify(execFile)(toolPath("helm"), [...args], { env });
  return stdout;
}

/** Installs CRDs, roles, policies and the deployment; there is no kubelet to run its pods. */
export function installChart(access: Access, ...options: readonly string[]): Promise<string> {
  const namespace = ["--namespace", RELEASE_NAMESPACE, "--create-namespace"];
  return helm(access, "install", "breakwater", CHART_DIR, ...namespace, ...options);
}
