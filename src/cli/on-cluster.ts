/** Commands that write to the cluster, as the person whose kubeconfig it is. */
import { userInfo } from "node:os";
import type { Command } from "commander";
import { kubeClient } from "../adapters/kubernetes/client.ts";
import type { KubeClient } from "../adapters/kubernetes/client.ts";
import { connect } from "../adapters/kubernetes/connection.ts";
import type { Transport } from "../adapters/kubernetes/transport.ts";
import { processTimers } from "../adapters/kubernetes/timers.ts";
import { PortError } from "../ports/errors.ts";
import { CommandFailed, UsageError } from "./usage-error.ts";

export interface ClusterFlags {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly as?: string;
}

export const withClusterFlags = (command: Command): Command =>
  command
    .option("-n, --namespace <name>", "of the object; default: the context's")
    .option("--kubeconfig <path>", "default: KUBECONFIG, else ~/.kube/config")
    .option("--as <user>", "act as this user, by Kubernetes impersonation; for bots");

/** @throws UsageError for a kubeconfig that cannot be used, CommandFailed for what was refused */
export async function onCluster(
  flags: ClusterFlags,
  work: (client: KubeClient, namespace: string) => Promise<void>,
): Promise<void> {
  try {
    const connection = connect(kubeconfigOf(flags));
    const transport = speakingAs(connection.transport, flags.as);
    const client = kubeClient({ transport, timers: processTimers() });
    await work(client, flags.namespace ?? connection.namespace);
    await connection.close();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    if (error.code === "invalid") throw new UsageError(error.message);
    throw new CommandFailed(error.message);
  }
}

/** The API server checks that the caller may impersonate, and from then on sees that user only. */
const speakingAs = (transport: Transport, user: string | undefined): Transport =>
  user === undefined
    ? transport
    : (request) =>
        transport({ ...request, headers: { ...request.headers, "impersonate-user": user } });

const kubeconfigOf = ({ kubeconfig }: ClusterFlags): string =>
  kubeconfig ?? process.env["KUBECONFIG"] ?? `${userInfo().homedir}/.kube/config`;
