/**
 * One fleet on a real control plane, its controller behind a proxy that ends it at chosen writes.
 * A life: a second rack is asked for, its giving back is called off, then it is given back. The
 * counts of workloads follow, engines are taken out of routing first, and put back when called off.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { startController } from "../cluster-world/controller-process.ts";
import type { ControllerProcess } from "../cluster-world/controller-process.ts";
import { poolName } from "../cluster-world/fleet-objects.ts";
import { startFleetWorld } from "../cluster-world/fleet-world.ts";
import type { FleetWorld } from "../cluster-world/fleet-world.ts";
import { WORKLOAD_KINDS } from "../crds/workload-kinds.ts";
import { untilTrue } from "../control-plane/until-true.ts";
import { startKillingProxy } from "./killing-proxy.ts";
import type { KillingProxy } from "./killing-proxy.ts";
import type { Moment } from "./matrix.ts";
import { ROUTE_LABEL, SIZED, sizedObjects, workloadsOf } from "./sized-workloads.ts";
import { lifeBetween, standingOf } from "./standing.ts";
import type { LifeEnd, Standing } from "./standing.ts";

const APP = "solo";
const NAMESPACE = "agents";
const POOL = poolName(APP);
/** Longer than any life here. */
const UNTIL = "2099-01-01T00:00:00Z";
/** A new process takes two seconds on an idle machine, ten on a busy one. */
const IN_TIME = { timeoutMs: 300_000 };
/** Writes after which a drain has something to restore, and can still be called off; in turns. */
const CALLED_OFF_AT = [
  /^PATCH pods -\/metadata\/labels \/metadata\/annotations$/,
  /^PATCH pods \/metadata\/annotations$/,
  /^PATCH nodes .*\/spec\/unschedulable$/,
] as const;
/** Units of all workloads of two racks. */
const PODS_AT_MOST = 24;

/** Nothing waits for minutes, and no rack is kept because it is paid for anyway. */
const HASTE = [
  ["inferencefleet", APP, { behavior: { scaleInStabilization: "2s", reviewInterval: "1s" } }],
  ["inferencefleet", APP, { warm: { hitRateWithinPoints: 10, orAfter: "1s" } }],
  ["inferencefleet", APP, { workloads: workloadsOf(APP) }],
  ["inferencefleet", APP, { drain: { deadline: "5m", maxColdTokensPerSecond: 1_000_000 } }],
  ["rackpool", POOL, { supply: { kind: "Reserved", committedRacks: 0 } }],
  ["rackpool", POOL, { limits: { maxRacks: 8, maxDraining: 1, maxRequestsPerHour: 1_000 } }],
] as const;

export interface Kill {
  readonly write: string;
  readonly moment: Moment;
}

interface Deaths {
  /** How many are left to this life. */
  left: number;
  readonly kills: Kill[];
  /** Every write there was, in the order of their first time. */
  readonly writes: Set<string>;
}

export class OneFleet {
  private readonly world: FleetWorld;
  private readonly deaths: Deaths = { left: 0, kills: [], writes: new Set() };
  private proxy: KillingProxy | null = null;
  private controller: ControllerProcess | null = null;
  private lives = 0;
  /** The next such write of a drain brings a surge; null: none does. */
  private surgeAt: RegExp | null = null;
  /** From the verdict until the process is gone: what it sent before then still arrives. */
  private dying = false;

  private constructor(world: FleetWorld) {
    this.world = world;
  }

  /** @returns once one rack serves under a controller, every write of which may be its last */
  static async start(kills: number): Promise<OneFleet> {
    const podLabels = { [ROUTE_LABEL]: "on" };
    const load = { app: APP, quiet: 1, podLabels, podTargets: PODS_AT_MOST };
    const chart = ["--set", "rbac.manageWorkloads=true,nodeSelector.part=control"];
    const world = await startFleetWorld([load], NAMESPACE, { scheduler: true, chart });
    const fleet = new OneFleet(world);
    fleet.deaths.left = kills;
    try {
      await fleet.begin();
    } catch (error) {
      console.error(await fleet.everything());
      await fleet.stop();
      throw error;
    }
    return fleet;
  }

  get kills(): readonly Kill[] {
    return this.deaths.kills;
  }

  get writes(): readonly string[] {
    return [...this.deaths.writes];
  }

  async everything(): Promise<string> {
    return `${await this.world.everything()}\n${this.lastSteps()}`;
  }

  /** What the last decision says of the workloads, and what it left undone. */
  private lastSteps(): string {
    const lines = readFileSync(this.world.decisionLog, "utf8").trimEnd().split("\n");
    const { decision }: { decision?: object } = JSON.parse(lines.at(-1) ?? "{}");
    return JSON.stringify(decision);
  }

  async stop(): Promise<void> {
    this.deaths.left = 0;
    await this.world.stop();
    await this.proxy?.stop();
  }

  /** @param kills how often the process may die on the way @returns what the life came to */
  async live(kills: number): Promise<LifeEnd> {
    const before = await this.standing();
    this.deaths.left = kills;
    await this.want(2);
    await this.until("two racks", (at) => at.targetRacks === 2 && at.racks.length === 2);
    this.surgeAt = CALLED_OFF_AT[this.lives % CALLED_OFF_AT.length] ?? null;
    this.lives += 1;
    await this.want(1);
    await this.until("the drain to be called off", ({ decisions }) => {
      const ended = decisions.slice(before.decisions.length);
      return ended.some(({ line }) => line === "In Cancelled");
    });
    await this.want(1);
    await this.until("one rack", (at) => at.targetRacks === 1 && at.racks.length === 1);
    this.deaths.left = 0;
    const end = lifeBetween(before, await this.standing());
    // A fleet gives back one rack in ten minutes, by the decisions that are kept.
    await this.world.plane.mustKubectl(["delete", "scaledecisions", "--all", "-n", NAMESPACE]);
    return end;
  }

  private async begin(): Promise<void> {
    const { plane } = this.world;
    await plane.apply(...WORKLOAD_KINDS);
    for (const { resource } of SIZED) {
      await untilTrue(`${resource} to be served`, async () => {
        const { code, stderr } = await plane.kubectl(["get", resource, "-A"]);
        return code === 0 || stderr;
      });
    }
    await plane.apply(...sizedObjects(NAMESPACE));
    for (const [kind, name, spec] of HASTE) {
      const patch = JSON.stringify({ spec });
      const where = kind === "rackpool" ? [] : ["-n", NAMESPACE];
      await plane.mustKubectl(["patch", kind, name, ...where, "--type=merge", "-p", patch]);
    }
    this.proxy = await startKillingProxy({
      url: plane.url,
      caFile: plane.caFile,
      verdict: (write) => this.verdict(write),
      kill: () => this.kill(),
    });
    await this.startProcess(this.proxy);
    await this.until("one rack", ({ racks }) => racks.length === 1);
    await untilTrue("the fleet to be decided on", () => this.trusted(), IN_TIME);
  }

  private async trusted(): Promise<true | string> {
    const args = ["get", "inferencefleet", APP, "-n", NAMESPACE, "-o", "json"];
    const json = await this.world.plane.mustKubectl(args);
    const { status }: { status?: { conditions?: readonly { type: string; status: string }[] } } =
      JSON.parse(json);
    const found = status?.conditions?.find(({ type }) => type === "SignalsTrusted");
    return found?.status === "True" || JSON.stringify(status ?? "no status");
  }

  private async startProcess(proxy: KillingProxy): Promise<void> {
    const { plane, group, prometheus, decisionLog } = this.world;
    this.controller = await startController({
      plane: {
        ...plane,
        serviceAccountKubeconfig: async (namespace, name) =>
          throughProxy(await plane.serviceAccountKubeconfig(namespace, name), proxy.url),
      },
      group,
      identity: "breakwater-0",
      prometheusUrl: prometheus.url,
      decisionLog,
    });
  }

  private async verdict(write: string): Promise<Moment | null> {
    const { writes, kills } = this.deaths;
    writes.add(write);
    if (this.surgeAt?.test(write) === true) {
      this.surgeAt = null;
      await this.want(2);
    }
    if (this.deaths.left === 0 || this.dying) return null;
    const moments = kills.flatMap((kill) => (kill.write === write ? [kill.moment] : []));
    const moment = moments.includes("before") ? "after" : "before";
    if (moments.includes(moment)) return null;
    this.dying = true;
    this.deaths.left -= 1;
    kills.push({ write, moment });
    return moment;
  }

  /** The next process starts as soon as the last one is gone. */
  private async kill(): Promise<void> {
    await this.controller?.daemon.kill();
    // Until the next one is there: a write that the dead one sent last would start it twice.
    if (this.proxy !== null) await this.startProcess(this.proxy);
    this.dying = false;
  }

  /** As a person asks for so many racks. */
  private want(floorRacks: number): Promise<void> {
    return this.world.plane.apply({
      apiVersion: "breakwater.dev/v1alpha1",
      kind: "FleetOverride",
      metadata: { name: APP, namespace: NAMESPACE },
      spec: { fleet: APP, floorRacks, until: UNTIL, reason: "INC-4711" },
    });
  }

  private standing(): Promise<Standing> {
    return standingOf(this.world.plane, {
      pool: POOL,
      history: this.world.providers.get(APP)?.history ?? [],
    });
  }

  /** Waits until it holds, no decision is open, and all is restored and follows the racks. */
  private until(what: string, holds: (at: Standing) => boolean): Promise<void> {
    const settled = async (): Promise<true | Standing> => {
      const at = await this.standing();
      const units = Object.values(at.unitsPerRack).every((each) => each === at.racks.length);
      const restored = at.cordoned === 0 && at.unrouted === 0 && at.marked === 0;
      const quiet = restored && units && at.decisions.every(({ open }) => !open);
      return (quiet && holds(at)) || at;
    };
    return untilTrue(what, settled, IN_TIME);
  }
}

/** The same user, by way of the proxy. */
function throughProxy(kubeconfig: string, url: string): string {
  const config: { clusters: readonly { name: string }[] } = JSON.parse(
    readFileSync(kubeconfig, "utf8"),
  );
  // Tokens go over plain HTTP only where TLS is given up in so many words; this is loopback.
  const cluster = { server: url, "insecure-skip-tls-verify": true };
  const clusters = config.clusters.map(({ name }) => ({ name, cluster }));
  const file = `${kubeconfig}.proxied.json`;
  writeFileSync(file, JSON.stringify({ ...config, clusters }), { mode: 0o600 });
  return file;
}
