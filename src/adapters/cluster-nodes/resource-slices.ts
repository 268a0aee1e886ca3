import { PortError } from "../../ports/errors.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, listAt, numberAt, stringAt, valueAt } from "../kubernetes/decode.ts";
import { describe, isNotFound } from "../kubernetes/failures.ts";
import { type Lifecycle, type Reflector, reflector } from "../kubernetes/reflector.ts";
import { apiPath, type Resource } from "../kubernetes/resources.ts";
import { backoffMs, sleep, type Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";

/** NVIDIA's driver for GPUs; `compute-domain.nvidia.com` publishes channels, which are no GPUs. */
const GPU_DRIVER = "gpu.nvidia.com";
/** Served from Kubernetes 1.34, 1.33 and 1.32 on; all three describe devices alike. */
const VERSIONS = ["v1", "v1beta2", "v1beta1"] as const;
/** A cluster without DRA, or that does not let us see it, is asked again this often. */
const RECHECK_MS = 600_000;
const BACKOFF = { baseMs: 500, capMs: 30_000 };

/** Node name → GPUs that can be claimed. */
export type GpusByNode = ReadonlyMap<string, number>;

export interface ResourceSlices extends Lifecycle {
  /**
   * Empty where dynamic resource allocation is not served.
   * @throws PortError `unreachable` while it is not known whether it is, or nothing was listed
   */
  gpusByNode(): GpusByNode;
}

export interface ResourceSlicesOptions {
  readonly client: KubeClient;
  readonly timers: Timers;
  readonly warn: Warn;
}

interface State {
  readonly options: ResourceSlicesOptions;
  readonly stopping: AbortController;
  /** Whether the API server said that there is nothing to see. */
  absent: boolean;
  slices: Reflector<KeptSlice> | null;
  failures: number;
}

/** The devices of DRA drivers, kept by list and watch where the API serves them. */
export function resourceSlices(options: ResourceSlicesOptions): ResourceSlices {
  const stopping = new AbortController();
  const state: State = { options, stopping, absent: false, slices: null, failures: 0 };
  let running: Promise<void> | null = null;
  return {
    start: () => {
      running ??= run(state);
    },
    stop: async () => {
      stopping.abort();
      await running;
      await state.slices?.stop();
    },
    synced: () => state.absent || state.slices?.synced() === true,
    gpusByNode: () => {
      const { slices, absent } = state;
      if (slices !== null && (slices.synced() || !absent)) return claimable(slices.snapshot());
      if (absent) return new Map();
      throw new PortError("unreachable", "resourceslices: not known yet whether they are served");
    },
  };
}

async function run(state: State): Promise<void> {
  const { signal } = state.stopping;
  while (!signal.aborted && state.slices === null) {
    try {
      await look(state);
    } catch (error) {
      if (!signal.aborted) await recover(state, error);
    }
  }
}

async function look(state: State): Promise<void> {
  const { client, timers } = state.options;
  const resource = await servedResource(client);
  const selection = resource && { resource, namespace: "" };
  if (selection === null || !(await mayList(state, selection.resource))) {
    state.absent = true;
    return sleep(timers, RECHECK_MS, state.stopping.signal);
  }
  const slices = reflector({ ...state.options, selection, decode: decodeSlice });
  slices.start();
  state.slices = slices;
}

async function servedResource(client: KubeClient): Promise<Resource | null> {
  for (const version of VERSIONS) {
    const apiVersion = `resource.k8s.io/${version}`;
    try {
      const found = listAt(await client.getPath(apiPath(apiVersion)), "resources");
      if (found.some((entry) => stringAt(entry, "name") === "resourceslices")) {
        return { apiVersion, plural: "resourceslices", kind: "ResourceSlice" };
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return null;
}

/** Where we may not see them GPUs of device plugins still count: said, but no reason to stop. */
async function mayList({ options }: State, resource: Resource): Promise<boolean> {
  try {
    await options.client.listPage({ resource, namespace: "" }, { limit: 1, next: "" });
    return true;
  } catch (error) {
    if (!(error instanceof PortError) || error.code !== "forbidden") throw error;
    options.warn("ResourceSlices cannot be read: GPUs are counted by the device plugin alone", {
      error: describe(error),
    });
    return false;
  }
}

async function recover(state: State, error: unknown): Promise<void> {
  const { timers, warn } = state.options;
  state.failures += 1;
  warn("looking for ResourceSlices failed", { failures: state.failures, error: describe(error) });
  await sleep(timers, backoffMs(timers, state.failures, BACKOFF), state.stopping.signal);
}

/** What is kept of a slice of NVIDIA's GPU driver. */
interface KeptSlice {
  readonly node: string;
  readonly pool: string;
  readonly generation: number;
  /** Slices that make the pool whole. */
  readonly slices: number;
  readonly gpus: number;
}

/** @returns null for other drivers', and for devices that are not of one node */
function decodeSlice(object: Json): KeptSlice | null {
  const node = stringAt(object, "spec", "nodeName");
  if (stringAt(object, "spec", "driver") !== GPU_DRIVER || node === "") return null;
  return {
    node,
    pool: stringAt(object, "spec", "pool", "name"),
    generation: numberAt(object, "spec", "pool", "generation") ?? 0,
    slices: numberAt(object, "spec", "pool", "resourceSliceCount") ?? 1,
    gpus: listAt(object, "spec", "devices").filter(isWholeGpu).length,
  };
}

/** Partitions (`mig`) lie on GPUs that are counted already. v1beta1 nests what others spell out. */
function isWholeGpu(device: unknown): boolean {
  const body = valueAt(device, "basic") ?? device;
  const type = stringAt(body, "attributes", "type", "string");
  const tainted = listAt(body, "taints").some((taint) =>
    ["NoSchedule", "NoExecute"].includes(stringAt(taint, "effect")),
  );
  return (type === "" || type === "gpu") && !tainted;
}

/** Only the newest generation of a pool counts, and only whole: so the scheduler has it. */
function claimable(slices: readonly KeptSlice[]): GpusByNode {
  const pools = new Map<string, KeptSlice[]>();
  for (const slice of slices) {
    const key = `${slice.node}/${slice.pool}`;
    const [known] = pools.get(key) ?? [];
    if (known === undefined || slice.generation > known.generation) pools.set(key, [slice]);
    else if (slice.generation === known.generation) pools.get(key)?.push(slice);
  }
  const gpus = new Map<string, number>();
  for (const [first, ...more] of pools.values()) {
    if (first === undefined || first.slices > more.length + 1) continue;
    const sum = [first, ...more].reduce((total, slice) => total + slice.gpus, 0);
    gpus.set(first.node, (gpus.get(first.node) ?? 0) + sum);
  }
  return gpus;
}
