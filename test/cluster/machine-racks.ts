/** Racks of Machines that a vendor's own controller makes and ends, as Breakwater sizes them. */
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect } from "../../src/adapters/kubernetes/connection.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import type { NodeRef } from "../../src/core/decision.ts";
import type { PoolCount } from "../../src/core/observation.ts";
import { rackCount } from "../../src/core/units.ts";
import type { WriteOutcome } from "../../src/ports/rack-backend.ts";
import { type BackedKind, SMALL_RACK } from "../support/backed-kinds/backed-kind.ts";
import type { ControlPlane } from "../support/control-plane/control-plane.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

export const PATIENCE = { timeoutMs: 120_000 };

interface NodeSeen {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

export interface MachineRacks {
  /** Those that are Ready. */
  nodes(): Promise<readonly NodeRef[]>;
  count(): Promise<PoolCount | null>;
  /** Until the count is observed, and every Machine has its node. */
  untilRacks(racks: number): Promise<void>;
  write(from: number, to: number, victims?: readonly NodeRef[]): Promise<WriteOutcome>;
  stop(): Promise<void>;
}

export interface MachineRacksOptions {
  readonly plane: ControlPlane;
  readonly kind: BackedKind;
  readonly name: string;
  /** What the vendor leaves to others: Machines become nodes. */
  provide(): Promise<void>;
}

export function machineRacks({ plane, kind, name, provide }: MachineRacksOptions): MachineRacks {
  const connection = connect(plane.adminKubeconfig);
  const { transport } = connection;
  const backend = kind.backend(kubeClient({ transport, timers: processTimers() }));
  const pool = kind.pool(name);
  const count = async () => (await backend.read(pool)).count;
  const nodes = () => readyNodes(plane);
  return {
    nodes,
    count,
    untilRacks: (racks) =>
      untilTrue(
        `${racks} racks`,
        async () => {
          await provide();
          const seen = [(await nodes()).length, await count()] as const;
          const [there, counted] = seen;
          const settled = counted?.desired === racks && counted.current === racks;
          return (there === racks * SMALL_RACK && settled) || seen;
        },
        PATIENCE,
      ),
    write: async (from, to, victims = []) => {
      const uid = (await count())?.uid ?? "";
      return backend.write(pool, { uid, from: rackCount(from), to: rackCount(to), victims });
    },
    stop: () => connection.close(),
  };
}

async function readyNodes(plane: ControlPlane): Promise<readonly NodeRef[]> {
  const { items } = JSON.parse(await plane.mustKubectl(["get", "nodes", "-o", "json"]));
  return items
    .filter(({ status }: NodeSeen) =>
      status?.conditions?.some((one) => one.type === "Ready" && one.status === "True"),
    )
    .map(({ metadata: { name, uid } }: NodeSeen) => ({ name, uid }));
}

export const namesOf = (some: readonly NodeRef[]): readonly string[] =>
  some.map(({ name }) => name).toSorted();
