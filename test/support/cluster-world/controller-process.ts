/** The controller as its own process, with the rights of the chart's ServiceAccount. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetsAnswerSchema } from "../../../src/api/envelopes.ts";
import type { FleetsAnswer } from "../../../src/api/envelopes.ts";
import { readApi } from "../../../src/cli/api-client.ts";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { freePort } from "../control-plane/free-port.ts";
import type { Daemon, ProcessGroup } from "../control-plane/process-group.ts";
import { RELEASE_NAMESPACE } from "../chart.ts";

export const ENTRY = join(import.meta.dirname, "..", "..", "..", "dist", "cli", "main.js");

export interface ControllerOptions {
  readonly plane: ControlPlane;
  readonly group: ProcessGroup;
  readonly identity: string;
  readonly prometheusUrl: string;
  readonly decisionLog: string;
  readonly leaseDuration?: string;
  /** More flags; absent: none. */
  readonly flags?: readonly string[];
}

export interface ControllerProcess {
  readonly identity: string;
  readonly url: string;
  readonly daemon: Daemon;
  fleets(): Promise<FleetsAnswer>;
}

/** @throws Error when the project was not built */
export async function startController(options: ControllerOptions): Promise<ControllerProcess> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: run \`npm run build\` first`);
  const { plane, group, identity, prometheusUrl, decisionLog } = options;
  const kubeconfig = await plane.serviceAccountKubeconfig(RELEASE_NAMESPACE, "breakwater");
  const port = await freePort();
  const daemon = group.start(identity, process.execPath, [
    ENTRY,
    "run",
    `--kubeconfig=${kubeconfig}`,
    `--namespace=${RELEASE_NAMESPACE}`,
    `--identity=${identity}`,
    `--http-address=127.0.0.1:${port}`,
    "--tick=1s",
    `--lease-duration=${options.leaseDuration ?? "6s"}`,
    `--prometheus-url=${prometheusUrl}`,
    `--decision-log=${decisionLog}`,
    ...(options.flags ?? []),
  ]);
  const url = `http://127.0.0.1:${port}`;
  const fleets = () => readApi({ url, token: "" }, "/api/v1/fleets", FleetsAnswerSchema);
  return { identity, url, daemon, fleets };
}

/** @returns resident memory of a process in MB */
export function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}
