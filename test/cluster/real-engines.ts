/**
 * The engines of a fleet as people run them: a Deployment, whose pods scheduler and controller
 * manager place and replace. Its size follows the nodes up and not down: what is evicted from one
 * rack is made anew on those that stay.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { ControlPlane } from "../support/control-plane/control-plane.ts";
import { GPU_TAINT, type Labels, type RealNodes } from "../support/control-plane/real-nodes.ts";

const LOOK_EVERY_MS = 1_000;
export const GPUS_PER_UNIT = 8;

export interface EnginesOptions {
  readonly real: RealNodes;
  readonly app: string;
  readonly namespace: string;
  readonly nodeLabels: Labels;
  /** Told how many pods are ready, whenever it changes. */
  readonly onReady: (pods: number) => void;
}

export interface EnginePod {
  readonly name: string;
  readonly uid: string;
  /** "" until it is bound. */
  readonly node: string;
  readonly ready: boolean;
}

export interface Engines {
  pods(): Promise<readonly EnginePod[]>;
  stop(): Promise<void>;
}

/** Makes the Deployment and keeps a unit for every node that ever came. */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const { real, app, namespace } = options;
  await real.plane.apply(deployment(options));
  const stopping = new AbortController();
  const running = follow(options, stopping.signal);
  return {
    pods: () => podsOf(real.plane, namespace, app),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function follow(options: EnginesOptions, signal: AbortSignal): Promise<void> {
  const { real, app, namespace, nodeLabels, onReady } = options;
  let wanted = 0;
  let ready = 0;
  while (!signal.aborted) {
    const standing = (await real.nodes(nodeLabels)).filter(
      (node) => node.ready && !node.leaving,
    ).length;
    if (standing > wanted) {
      wanted = standing;
      const size = `--replicas=${wanted}`;
      await real.plane.mustKubectl(["scale", `deployment/${app}`, "-n", namespace, size]);
    }
    const now = (await podsOf(real.plane, namespace, app)).filter((pod) => pod.ready).length;
    if (now !== ready) onReady(now);
    ready = now;
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A node has room for two units, so that those of a rack that is emptied find a place. */
const deployment = ({ app, namespace, nodeLabels }: EnginesOptions) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: app, namespace },
  spec: {
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: {
        nodeSelector: nodeLabels,
        tolerations: [{ ...GPU_TAINT, operator: "Exists" }],
        terminationGracePeriodSeconds: 1,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: { app } },
          },
        ],
        containers: [
          {
            name: "engine",
            image: "engine",
            resources: { limits: { "nvidia.com/gpu": String(GPUS_PER_UNIT) } },
          },
        ],
      },
    },
  },
});

interface PodObject {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

async function podsOf(
  plane: ControlPlane,
  namespace: string,
  app: string,
): Promise<readonly EnginePod[]> {
  const ofApp = ["-n", namespace, `--selector=app=${app}`, "--output=json"];
  const list: { readonly items: readonly PodObject[] } = JSON.parse(
    await plane.mustKubectl(["get", "pods", ...ofApp]),
  );
  return list.items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    uid: metadata.uid,
    node: spec.nodeName ?? "",
    ready: status.conditions?.some((it) => it.type === "Ready" && it.status === "True") ?? false,
  }));
}
