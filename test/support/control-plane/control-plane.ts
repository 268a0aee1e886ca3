import { join } from "node:path";
import { type Access, accessTo } from "./access.ts";
import {
  startApiServer,
  startControllerManager,
  startEtcd,
  startKwok,
  startScheduler,
  untilServing,
} from "./components.ts";
import { type Users, writeSigningKeys, writeTokens } from "./credentials.ts";
import { freePort } from "./free-port.ts";
import { startClusterApi } from "./cluster-api.ts";
import { startGardener } from "./gardener.ts";
import { startKarpenter } from "./karpenter.ts";
import { startLws } from "./lws.ts";
import { type Daemon, openProcessGroup, type ProcessGroup } from "./process-group.ts";

export interface ControlPlaneOptions {
  /** Deployments, PodDisruptionBudget status, garbage collection, default service accounts. */
  readonly controllerManager?: boolean;
  /** Nodes annotated kwok.x-k8s.io/node=fake turn Ready, and pods bound to them run. */
  readonly kwok?: boolean;
  /** Pods that name no node are bound to one that has room for them. */
  readonly scheduler?: boolean;
  /** Static NodePools of karpenter.sh/v1 become Nodes; wants kwok, which turns those Ready. */
  readonly karpenter?: boolean;
  /** LeaderWorkerSets become StatefulSets and those pods; wants the controller manager. */
  readonly lws?: boolean;
  /** MachineDeployments become Machines; nodes are for the test to make. */
  readonly clusterApi?: boolean;
  /** MachineDeployments of machine.sapcloud.io become Machines; nodes are for the test to make. */
  readonly gardener?: boolean;
  /** Users with a token of their own, each with its groups. */
  readonly users?: Users;
}

/** A running API server with etcd behind it. Without a scheduler pods must name their node. */
export interface ControlPlane extends Access {
  /** What runs now, by name and process id. */
  daemons(): readonly Daemon[];
  /** Kills the API server, runs `whileDown`, and brings it back on the same port. */
  restartApiServer(whileDown?: () => Promise<void>): Promise<void>;
  /** The end of every program's log, for a failing test's output. */
  lastLogLines(lines?: number): string;
  /** Kills everything and removes every file. */
  stop(): Promise<void>;
}

/** Starts a control plane on free loopback ports; a failed start leaves nothing running. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const group = openProcessGroup("control-plane");
  try {
    return await startIn(group, options);
  } catch (cause) {
    const logs = group.lastLogLines();
    await group.stop();
    throw new Error(`the control plane did not start: ${String(cause)}\n${logs}`, { cause });
  }
}

async function startIn(group: ProcessGroup, options: ControlPlaneOptions): Promise<ControlPlane> {
  const { dir } = group;
  const port = await freePort();
  const certDir = join(dir, "pki");
  const tokensFile = join(dir, "tokens.csv");
  const server = { url: `https://127.0.0.1:${port}`, caFile: join(certDir, "apiserver.crt") };
  const access = accessTo(server, writeTokens(tokensFile, options.users ?? {}), dir);
  const keys = writeSigningKeys(dir);
  const etcd = await startEtcd(group);
  const settings = { port, certDir, etcdUrl: etcd.url, tokensFile, keys };
  let api = startApiServer(group, settings);
  await untilServing(access, [etcd.daemon, api]);
  const others = await Promise.all([
    ...(options.controllerManager ? [startControllerManager(group, access, keys)] : []),
    ...(options.kwok ? [startKwok(group, access)] : []),
    ...(options.scheduler ? [startScheduler(group, access)] : []),
    ...(options.karpenter ? [startKarpenter(group, access)] : []),
    ...(options.clusterApi ? [startClusterApi(group, access, certDir)] : []),
    ...(options.gardener ? [startGardener(group, access)] : []),
    ...(options.lws ? [startLws(group, access, certDir)] : []),
  ]);
  return {
    ...access,
    daemons: () => [etcd.daemon, api, ...others],
    restartApiServer: async (whileDown = async () => undefined) => {
      await api.kill();
      await whileDown();
      api = startApiServer(group, settings);
      await untilServing(access, [etcd.daemon, api]);
    },
    lastLogLines: group.lastLogLines,
    stop: group.stop,
  };
}
