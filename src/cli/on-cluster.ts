/** Commands that write to the cluster, as the person whose kubeconfig it is. */
import { userInfo } from "node:os";
import type { Command } from "commander";
import { kubeClient } from "../adapters/kubernetes/client.ts";
import type { KubeClient } from "../adapters/kubernetes/client.ts";
import { connect } from "../adapters/kubernetes/connection.ts";
import { processTimers } from "../adapters/kubernetes/timers.ts";
import { PortError } from "../ports/errors.ts";
import { CommandFailed, UsageError } from "./usage-error.ts";

export interface ClusterFlags {
  readonly namespace?: string;
  readonly kubeconfig?: string;
}

export const withClusterFlags = (command: Command): Command =>
  command
    .option("-n, --namespace <name>", "of the object; default: the context's")
    .option("--kubeconfig <path>", "default: KUBECONFIG, else ~/.kube/config");

/** @throws UsageError for a kubeconfig that cannot be used, CommandFailed for what was refused */
export async function onCluster(
  flags: ClusterFlags,
  work: (client: KubeClient, namespace: string) => Promise<void>,
): Promise<void> {
  try {
    const connection = connect(kubeconfigOf(flags));
    const client = kubeClient({ transport: connection.transport, timers: processTimers() });
    await work(client, flags.namespace ?? connection.namespace);
    await connection.close();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    if (error.code === "invalid") throw new UsageError(error.message);
    throw new CommandFailed(error.message);
  }
}

const kubeconfigOf = ({ kubeconfig }: ClusterFlags): string =>
  kubeconfig ?? process.env["KUBECONFIG"] ?? `${userInfo().homedir}/.kube/config`;
