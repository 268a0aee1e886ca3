/**
 * `npm run bench:inventory`: what 64 racks of 18 nodes cost a tick, in CPU time. From the paged
 * list of Node JSON, through decoding, to racks with phases, stuck steps and memory; then a
 * thousand ticks in which racks flap, with the size of memory and heap at both ends.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { clusterNodes } from "../src/adapters/cluster-nodes/cluster-nodes.ts";
import { kubeClient } from "../src/adapters/kubernetes/client.ts";
import { compilePool } from "../src/config/compile-pool.ts";
import { canonical } from "../src/core/canonical.ts";
import { EMPTY_POOL_MEMORY } from "../src/core/memory.ts";
import { takeInventory } from "../src/core/racks/inventory.ts";
import { poolState } from "../src/core/racks/pool-state.ts";
import { epochMs, rackCount } from "../src/core/units.ts";

/** What it must stay below. */
const LIMIT_MS = 200;
const NODES_PER_RACK = 18;
const POOL_LABEL = "compute.coreweave.com/node-pool";
const NOW = Date.UTC(2026, 11, 1, 18);
const MINUTE_MS = 60_000;
/** What a GB200 node bears besides what is read of it: GPU Feature Discovery alone sets some 30. */
const OTHER_LABELS = 45;
/** Kubelets report the largest images, 50 by default (nodeStatusMaxImages). */
const IMAGES = 50;
/** Field managers of a node: kubelet, device plugins, feature discovery, the provider. */
const MANAGERS = 5;
const FIELDS_EACH = 40;

const { values } = parseArgs({
  options: {
    racks: { type: "string", default: "64" },
    ticks: { type: "string", default: "1000" },
  },
});
const RACKS = Number(values.racks);

const numbered = (count, entryOf) => Array.from({ length: count }, (_, n) => entryOf(n));

/** As a kubelet and its neighbours write one: some 20 kB of JSON. */
function nodeObject(rack, index) {
  const name = `node-${rack}-${index}`;
  const labels = numbered(OTHER_LABELS, (n) => [
    `feature.node.kubernetes.io/cpu-model.feature-${n}`,
    n % 3 === 0 ? "true" : `value-${n}-of-this-kind-of-node`,
  ]);
  return {
    metadata: {
      name,
      uid: `00000000-0000-4000-8000-${String(rack * 100 + index).padStart(12, "0")}`,
      resourceVersion: "1",
      creationTimestamp: new Date(NOW - 3_600_000).toISOString(),
      labels: {
        ...Object.fromEntries(labels),
        [POOL_LABEL]: "gb200",
        "ds.coreweave.com/nvlink.domain": `rack-${rack}`,
      },
      annotations: {
        "node.alpha.kubernetes.io/ttl": "0",
        "example.com/inventory": name.repeat(40),
      },
      managedFields: numbered(MANAGERS, (m) => ({
        manager: `manager-${m}`,
        operation: "Update",
        fieldsV1: Object.fromEntries(numbered(FIELDS_EACH, (n) => [`f:field-${m}-${n}`, {}])),
      })),
    },
    spec: { taints: [{ key: "nvidia.com/gpu", effect: "NoSchedule" }] },
    status: {
      allocatable: { "nvidia.com/gpu": "4", cpu: "144", memory: "960Gi", pods: "110" },
      capacity: { "nvidia.com/gpu": "4", cpu: "144", memory: "960Gi", pods: "110" },
      conditions: ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map((type) => ({
        type,
        status: type === "Ready" ? "True" : "False",
        reason: `Kubelet${type}`,
        message: "as the kubelet says every five minutes",
        lastHeartbeatTime: new Date(NOW).toISOString(),
      })),
      images: numbered(IMAGES, (n) => ({
        names: [`example.com/team/image-${n}@sha256:${String(n).padStart(64, "0")}`],
        sizeBytes: 1_000_000 * n,
      })),
    },
  };
}

const NODES = Array.from({ length: RACKS * NODES_PER_RACK }, (_, n) =>
  nodeObject(Math.floor(n / NODES_PER_RACK), n % NODES_PER_RACK),
);

/** Written beforehand: what the API server takes to write them is none of ours. */
const PAGE = 200;
const PAGES = numbered(Math.ceil(NODES.length / PAGE), (page) => {
  const rest = (page + 1) * PAGE < NODES.length ? { continue: String(page + 1) } : {};
  const items = NODES.slice(page * PAGE, (page + 1) * PAGE);
  return JSON.stringify({ metadata: { resourceVersion: "1", ...rest }, items });
});
const NODE_COUNT = NODES.length;
const JSON_BYTES = PAGES.reduce((sum, page) => sum + page.length, 0);
NODES.length = 0;

/** An API server of one list: pages of nodes, a watch that says nothing, no other kind. */
const transport = async ({ path, signal }) => {
  const url = new URL(path, "http://bench");
  const text = async (status, body) => ({
    status,
    headers: {},
    text: async () => body,
    body: (async function* () {
      yield Buffer.from(body);
    })(),
  });
  if (!url.pathname.endsWith("/nodes")) return text(404, "{}");
  if (url.searchParams.has("watch")) {
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    });
  }
  if (url.searchParams.get("limit") !== String(PAGE)) throw new Error(`pages of ${PAGE}: ${path}`);
  return text(200, PAGES[Number(url.searchParams.get("continue") ?? 0)]);
};

const timers = {
  monotonicMs: () => performance.now(),
  after: (delayMs, then) => {
    const timer = setTimeout(then, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  random: () => 0.5,
};

function compiledPool() {
  const compiled = compilePool({
    apiVersion: "breakwater.dev/v1alpha1",
    kind: "RackPool",
    metadata: { name: "gb200", uid: "uid", generation: 1 },
    spec: {
      backend: { kind: "coreweave", name: "gb200", acknowledgeUnproven: true },
      supply: { kind: "Reserved", committedRacks: RACKS },
      limits: { maxRacks: RACKS },
      consumers: [{ fleet: { namespace: "agents", name: "coder" }, max: RACKS }],
    },
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.value;
}

const pool = compiledPool();
const count = {
  uid: "uid",
  resourceVersion: "1",
  desired: rackCount(RACKS),
  current: rackCount(RACKS),
  lastWriter: "breakwater",
  stock: "unknown",
};

function tick(nodes, memory, now) {
  const { racks } = takeInventory(nodes, [])(pool.name);
  const observed = { name: pool.name, count, refusals: [], racks };
  return poolState({ pool, observed, fleets: [], intents: [], memory, now: epochMs(now) });
}

/** CPU time of this process: other work on the machine does not count, its own threads' does. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

async function listed() {
  const client = kubeClient({ transport, timers });
  const adapter = clusterNodes({ client, timers, warn: () => {} });
  const began = cpuMs();
  adapter.start();
  while (!adapter.synced()) await new Promise((resolve) => setImmediate(resolve));
  const nodes = await adapter.list([pool]);
  const listedMs = cpuMs() - began;
  void adapter.stop();
  return { nodes, listedMs };
}

/** Every tick another rack loses its nodes' readiness, and one all its labels. */
function disturbed(nodes, step) {
  const [down, bare] = [`rack-${step % RACKS}`, `rack-${(step * 7) % RACKS}`];
  return nodes.map((node) => {
    if (node.domain === down) return { ...node, ready: false };
    return node.domain === bare ? { ...node, domain: null } : node;
  });
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};

const lists = [];
for (let run = 0; run < 5; run += 1) lists.push(await listed());
const { nodes } = lists[0];
const listMs = median(lists.map(({ listedMs }) => listedMs));

let memory = EMPTY_POOL_MEMORY;
const ticksMs = [];
const sizes = [];
const heaps = [];
for (let step = 0; step < Number(values.ticks); step += 1) {
  const seen = disturbed(nodes, step);
  const began = cpuMs();
  memory = tick(seen, memory, NOW + step * MINUTE_MS).memory;
  ticksMs.push(cpuMs() - began);
  if (step % 250 === 249) {
    sizes.push(canonical(memory).length);
    heaps.push(heapMb());
  }
}

const worstMs = Math.max(...ticksMs);
const tickMs = median(ticksMs);
const firstMs = listMs + (ticksMs[0] ?? 0);
console.log(`${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.version}, one core`);
console.log(
  `${RACKS} racks, ${nodes.length} nodes, ${Math.round(JSON_BYTES / 1e6)} MB of JSON, ` +
    `${Math.round(JSON_BYTES / NODE_COUNT / 1e3)} kB a node`,
);
console.log(`paged list to nodes  ${listMs.toFixed(0)} ms (median of 5)`);
console.log(
  `nodes to racks       ${tickMs.toFixed(1)} ms (median), ${worstMs.toFixed(1)} ms (worst)`,
);
console.log(`list and first tick  ${firstMs.toFixed(0)} ms, limit ${LIMIT_MS} ms`);
console.log(
  `memory, canonical    ${sizes.map((size) => `${Math.round(size / 1e3)} kB`).join(", ")}`,
);
console.log(`heap                 ${heaps.map((mb) => `${mb.toFixed(0)} MB`).join(", ")}`);
if (firstMs > LIMIT_MS) process.exitCode = 1;
process.exit();
