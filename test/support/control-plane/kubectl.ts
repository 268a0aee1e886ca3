import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { toolPath } from "./tools.ts";

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that hangs longer than this waits for something that will not come. */
const TIMEOUT_MS = 60_000;

export interface KubectlRun {
  readonly kubeconfig: string;
  /** kubectl keeps its discovery cache under it. */
  readonly home: string;
  readonly stdin?: string;
}

/** Runs kubectl to its end; a failing command is a result, not an error. */
export async function runKubectl(
  args: readonly string[],
  { kubeconfig, home, stdin = "" }: KubectlRun,
): Promise<KubectlResult> {
  const child = spawn(toolPath("kubectl"), [`--kubeconfig=${kubeconfig}`, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: home },
    timeout: TIMEOUT_MS,
  });
  const closed = once(child, "close");
  // A command that does not read its input may end before all of it is written.
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode ?? 1, stdout, stderr };
}
