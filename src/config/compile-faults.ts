/** Faults as people write them → with the pool or fleet that each is about. */
import type { CompiledGroup } from "../core/compiled.ts";
import type { ScenarioFault } from "./compiled-scenario.ts";
import { spreadOf } from "./compile-pool.ts";
import type { Compilation, FieldError } from "./field-error.ts";
import { durationMs } from "./go-duration.ts";
import type { WrittenFault } from "./scenario-faults.ts";
import { fleetNamed, poolNamed } from "./scenario-names.ts";

/** @returns the faults in order of time */
export function compileFaults(
  written: readonly WrittenFault[],
  group: CompiledGroup,
): Compilation<readonly ScenarioFault[]> {
  const compiled = written.map((fault, at) => faultOf(fault, group, `spec.world.faults[${at}]`));
  const errors = compiled.flatMap((each) => ("error" in each ? [each.error] : []));
  if (errors.length > 0) return { ok: false, errors };
  const faults = compiled.flatMap((each) => ("fault" in each ? [each.fault] : []));
  return { ok: true, value: faults.toSorted((a, b) => a.atMs - b.atMs) };
}

type Compiled = { readonly fault: ScenarioFault } | { readonly error: FieldError };

function faultOf(written: WrittenFault, group: CompiledGroup, path: string): Compiled {
  const atMs = durationMs(written.at);
  switch (written.kind) {
    case "metrics-outage":
    case "stale-metrics":
      return { fault: { atMs, kind: written.kind, forMs: durationMs(written.for) } };
    case "node-loss":
    case "rack-loss":
    case "maintenance":
    case "spot-interruption":
    case "loan-reclaim":
    case "stuck-boot":
    case "foreign-write": {
      const pool = poolNamed(written.pool, group, `${path}.pool`);
      return "error" in pool ? pool : { fault: { atMs, ...ofPool(written, pool.value) } };
    }
    default: {
      const fleet = fleetNamed(written.fleet, group, `${path}.fleet`);
      return "error" in fleet ? fleet : { fault: { atMs, ...ofFleet(written, fleet.value) } };
    }
  }
}

type Of<Fault, K extends string> = Extract<Fault, { readonly kind: K }>;
type PoolKind =
  | "node-loss"
  | "rack-loss"
  | "maintenance"
  | "spot-interruption"
  | "loan-reclaim"
  | "stuck-boot"
  | "foreign-write";
type FleetKind = Exclude<WrittenFault["kind"], PoolKind | "metrics-outage" | "stale-metrics">;
type WithoutTime<Fault> = Fault extends ScenarioFault ? Omit<Fault, "atMs"> : never;

function ofPool(
  written: Of<WrittenFault, PoolKind>,
  pool: string,
): WithoutTime<Of<ScenarioFault, PoolKind>> {
  switch (written.kind) {
    case "node-loss":
      return { kind: "node-loss", pool, nodes: written.nodes, forMs: durationMs(written.for) };
    case "rack-loss": {
      const repair = written.repair === undefined ? null : spreadOf(written.repair);
      return { kind: "rack-loss", pool, racks: written.racks, repair };
    }
    case "spot-interruption": {
      const { racks, notice } = written;
      return { kind: "spot-interruption", pool, racks, noticeMs: durationMs(notice) };
    }
    case "maintenance":
      return { kind: "maintenance", pool, racks: written.racks, forMs: durationMs(written.for) };
    case "loan-reclaim":
      return { kind: "loan-reclaim", pool, racks: written.racks, grace: spreadOf(written.grace) };
    case "stuck-boot":
      return { kind: "stuck-boot", pool, racks: written.racks, forMs: durationMs(written.for) };
    case "foreign-write":
      return { kind: "foreign-write", pool, racks: written.racks };
  }
}

function ofFleet(
  written: Of<WrittenFault, FleetKind>,
  fleet: Of<ScenarioFault, FleetKind>["fleet"],
): WithoutTime<Of<ScenarioFault, FleetKind>> {
  switch (written.kind) {
    case "replica-crash":
      return { kind: "replica-crash", fleet, replicas: written.replicas };
    case "slow-replicas": {
      const { replicas, factor } = written;
      return { kind: "slow-replicas", fleet, replicas, factor, forMs: durationMs(written.for) };
    }
    case "rollout":
      return { kind: "rollout", fleet };
    case "cache-config": {
      const { kvFactor, prefixCaching } = written;
      return { kind: "cache-config", fleet, kvFactor, prefixCaching };
    }
    case "cache-flush":
      return { kind: "cache-flush", fleet, share: written.share };
    case "router-misroute": {
      const forMs = durationMs(written.for);
      return { kind: "router-misroute", fleet, share: written.share, forMs };
    }
    case "router-index-loss":
      return { kind: "router-index-loss", fleet, forMs: durationMs(written.for) };
    case "turn-gaps": {
      const forMs = durationMs(written.for);
      return { kind: "turn-gaps", fleet, factor: written.factor, forMs };
    }
    case "forgetful-replicas": {
      const { replicas } = written;
      const [everyMs, forMs] = [durationMs(written.every), durationMs(written.for)];
      return { kind: "forgetful-replicas", fleet, replicas, everyMs, forMs };
    }
    case "broken-counters": {
      const forMs = durationMs(written.for);
      return { kind: "broken-counters", fleet, how: written.how, forMs };
    }
    case "prompt-instability": {
      const { share, depthTokens } = written;
      const forMs = durationMs(written.for);
      return { kind: "prompt-instability", fleet, share, depthTokens, forMs };
    }
  }
}
