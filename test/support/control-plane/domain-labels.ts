/**
 * Plays the fabric: names the NVLink domain of every new node of a pool. All nodes of one NodePool
 * carry the labels of one template: where it holds several racks only the fabric tells them apart.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Labels, RealNode, RealNodes } from "./real-nodes.ts";

/** What GPU Feature Discovery sets once the fabric is up. */
export const CLIQUE_LABEL = "nvidia.com/gpu.clique";
const LOOK_EVERY_MS = 1_000;

export interface Fabric {
  stop(): Promise<void>;
}

export interface FabricOptions {
  readonly real: RealNodes;
  /** Of the nodes that it connects. */
  readonly nodeLabels: Labels;
  readonly nodesPerRack: number;
  /** Racks are named after it. */
  readonly name: string;
}

/** Starts to fill racks, one after the other; a rack that left leaves its name behind. */
export function startFabric(options: FabricOptions): Fabric {
  const { real, nodeLabels } = options;
  const stopping = new AbortController();
  const nextRack = rackNames(options);
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const nodes = await real.nodes(nodeLabels);
      for (const node of nodes.filter(isNew)) await label(real, node, nextRack());
      await pause(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

const isNew = ({ ready, leaving, labels }: RealNode): boolean =>
  ready && !leaving && !(CLIQUE_LABEL in labels);

function rackNames({ name, nodesPerRack }: FabricOptions): () => string {
  let named = 0;
  return () => {
    named += 1;
    return `${name}-rack-${Math.ceil(named / nodesPerRack)}`;
  };
}

async function label({ plane }: RealNodes, { name }: RealNode, rack: string): Promise<void> {
  await plane.mustKubectl(["label", "node", name, `${CLIQUE_LABEL}=${rack}`]);
}
