/** What stands on the cluster at an instant, and what happened between two. */
import type { ControlPlane } from "../control-plane/control-plane.ts";

import { ROUTE_LABEL, SIZED } from "./sized-workloads.ts";

const COST = "controller.kubernetes.io/pod-deletion-cost";
const DOMAIN_LABEL = "ds.coreweave.com/nvlink.domain";

interface DecisionLine {
  readonly name: string;
  /** `In Cancelled` */
  readonly line: string;
  readonly rack: string | null;
  readonly open: boolean;
}

export interface Standing {
  readonly targetRacks: number;
  /** Of the NodePool: one more with every write of its specification. */
  readonly generation: number;
  readonly racks: readonly string[];
  readonly cordoned: number;
  /** Engines that take no new turns, and pods that are marked as the first to go. */
  readonly unrouted: number;
  readonly marked: number;
  /** By workload: its count over that of one rack, which is the racks it has units for. */
  readonly unitsPerRack: Readonly<Record<string, number>>;
  /** Oldest first. */
  readonly decisions: readonly DecisionLine[];
  /** Pods by uid, with their rack. */
  readonly pods: ReadonlyMap<string, string>;
  /** Racks that ever came and left. */
  readonly history: readonly string[];
}

/** What a life came to; the same whoever died in it, but for the racks' names. */
export interface LifeEnd {
  readonly targetRacks: number;
  readonly countWrites: number;
  readonly racks: number;
  readonly cordoned: number;
  readonly unrouted: number;
  readonly marked: number;
  /** Racks that each workload has units for. */
  readonly units: readonly number[];
  /** Direction and phase, in order. */
  readonly decisions: readonly string[];
  /** `+` for a rack that came, `-` for the named one that left, `-?` for one that nobody named. */
  readonly moves: readonly string[];
  /** Pods that went from racks that no decision of this life named. */
  readonly lostPods: number;
}

interface Meta {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface List<T> {
  readonly items: readonly T[];
}
interface NodePool {
  readonly metadata: Meta;
  readonly spec: { readonly targetRacks: number };
}
interface Node {
  readonly metadata: Meta;
  readonly spec: { readonly unschedulable?: boolean };
}
interface Pod {
  readonly metadata: Meta;
  readonly spec: { readonly nodeName?: string };
}
interface ScaleDecision {
  readonly metadata: Meta;
  readonly spec: { readonly direction: string; readonly rack?: string; readonly createdAt: string };
  readonly status?: { readonly phase?: string };
}

const CLOSED: ReadonlySet<string> = new Set([
  "Done",
  "PartiallyDone",
  "Cancelled",
  "Failed",
  "Rejected",
  "Expired",
  "Superseded",
]);

export async function standingOf(
  plane: ControlPlane,
  { pool, history }: { readonly pool: string; readonly history: readonly string[] },
): Promise<Standing> {
  const get = (...what: readonly string[]): Promise<string> =>
    plane.mustKubectl(["get", ...what, "-o", "json"]);
  const came = [...history];
  const [nodePool, nodes, pods, units, decisions, unitsPerRack] = await Promise.all([
    get("nodepool", pool),
    get("nodes"),
    get("pods", "-A", "-l", "app"),
    get("pods", "-A", "-l", "part"),
    get("scaledecisions", "-A"),
    unitsOf(plane),
  ]);
  const { metadata, spec }: NodePool = JSON.parse(nodePool);
  const racks = racksOf(JSON.parse(nodes));
  const list: List<Node> = JSON.parse(nodes);
  return {
    targetRacks: spec.targetRacks,
    generation: metadata.generation,
    racks: [...new Set(racks.values())],
    cordoned: list.items.filter((node) => node.spec.unschedulable === true).length,
    unrouted: itemsOf(pods).filter(({ metadata }) => !(ROUTE_LABEL in (metadata.labels ?? {})))
      .length,
    marked: itemsOf(units).filter(({ metadata }) => COST in (metadata.annotations ?? {})).length,
    unitsPerRack,
    decisions: linesOf(JSON.parse(decisions)),
    pods: podsOf(JSON.parse(pods), racks),
    history: came,
  };
}

const itemsOf = (json: string): readonly Pod[] => {
  const { items }: List<Pod> = JSON.parse(json);
  return items;
};

async function unitsOf(plane: ControlPlane): Promise<Standing["unitsPerRack"]> {
  const found = await Promise.all(
    SIZED.map(async ({ resource, unitsPerRack, count }) => {
      const where = [resource, "-A", "-o", `jsonpath={.items[0]${count.slice(1)}`];
      const replicas = await plane.mustKubectl(["get", ...where]);
      return [resource, Number(replicas) / unitsPerRack] as const;
    }),
  );
  return Object.fromEntries(found);
}

const racksOf = ({ items }: List<Node>): ReadonlyMap<string, string> =>
  new Map(items.map(({ metadata }) => [metadata.name, metadata.labels?.[DOMAIN_LABEL] ?? ""]));

const podsOf = (
  { items }: List<Pod>,
  racks: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> =>
  new Map(
    items.map(({ metadata, spec }) => [metadata.uid, racks.get(spec.nodeName ?? "") ?? "gone"]),
  );

function linesOf({ items }: List<ScaleDecision>): readonly DecisionLine[] {
  const inOrder = items.toSorted((a, b) => (a.spec.createdAt < b.spec.createdAt ? -1 : 1));
  return inOrder.map(({ metadata, spec, status }) => {
    const phase = status?.phase ?? "";
    return {
      name: metadata.name,
      line: `${spec.direction} ${phase}`,
      rack: spec.rack ?? null,
      open: !CLOSED.has(phase),
    };
  });
}

export function lifeBetween(before: Standing, after: Standing): LifeEnd {
  const decisions = after.decisions.slice(before.decisions.length);
  const named = new Set(decisions.flatMap(({ rack }) => rack ?? []));
  const lost = [...before.pods].filter(([uid, rack]) => !named.has(rack) && !after.pods.has(uid));
  const moves = after.history.slice(before.history.length).map((entry) => {
    if (entry.startsWith("+")) return "+";
    return named.has(entry.slice(1)) ? "-" : "-?";
  });
  return {
    targetRacks: after.targetRacks,
    countWrites: after.generation - before.generation,
    racks: after.racks.length,
    cordoned: after.cordoned,
    unrouted: after.unrouted,
    marked: after.marked,
    units: Object.values(after.unitsPerRack),
    decisions: decisions.map(({ line }) => line),
    moves,
    lostPods: lost.length,
  };
}
