/** What a process of the controller holds towards a real API server; all else is a model's. */
import { clusterNodes } from "../../../src/adapters/cluster-nodes/cluster-nodes.ts";
import { decisionStore } from "../../../src/adapters/decision-store/decision-store.ts";
import { fleetStore } from "../../../src/adapters/fleet-store/fleet-store.ts";
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { connect } from "../../../src/adapters/kubernetes/connection.ts";
import { discovery } from "../../../src/adapters/kubernetes/discovery.ts";
import type { Lifecycle } from "../../../src/adapters/kubernetes/reflector.ts";
import { processTimers } from "../../../src/adapters/kubernetes/timers.ts";
import { workloads } from "../../../src/adapters/workloads/workloads.ts";
import { COMPILERS, rackBackends } from "../../../src/cli/live.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { RELEASE_NAMESPACE } from "../chart.ts";
import { untilTrue } from "../control-plane/until-true.ts";
import type { Moment } from "../crash/matrix.ts";
import { mortal } from "../crash/mortal-transport.ts";

export interface ControllerParts {
  readonly ports: Ports;
  readonly running: readonly Lifecycle[];
  /** Judges every write from now on. @returns what resolves when the process has died */
  dyingAt(verdict: (write: string) => Moment | null): Promise<"died">;
  stop(): Promise<void>;
}

/** @param model whose clock, signals, memory and log are kept */
export function controllerParts(kubeconfig: string, model: Ports): ControllerParts {
  const timers = processTimers();
  const { transport: server, close } = connect(kubeconfig);
  const { transport, dyingAt } = mortal(server);
  const client = kubeClient({ transport, timers });
  const base = { client, timers, warn: () => {}, clock: model.clock };
  const found = discovery(client);
  const store = fleetStore({ ...base, compilers: COMPILERS });
  const nodes = clusterNodes(base);
  const pods = workloads({ ...base, discovery: found });
  const decisions = decisionStore(base);
  const people = { namespace: RELEASE_NAMESPACE, events: model.events };
  const backends = rackBackends({ ...base, ...people, discovery: found });
  const running: readonly Lifecycle[] = [store, nodes, pods, decisions];
  return {
    ports: { ...model, store, nodes, workloads: pods, decisions, backends },
    running,
    dyingAt,
    stop: async () => {
      await Promise.all(running.map((adapter) => adapter.stop()));
      await close();
    },
  };
}

/** @returns once all adapters have listed what they watch */
export async function synced({ running }: ControllerParts): Promise<void> {
  for (const adapter of running) {
    adapter.start();
    await untilTrue("the adapter to be synced", () => adapter.synced());
  }
}
