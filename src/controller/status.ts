/** What people read on the objects: statuses and conditions, derived from the decision alone. */
import type { CompiledFleet, CompiledPool } from "../core/compiled.ts";
import type { Decision, FleetDecision, PoolDecision } from "../core/decision.ts";
import type { OverrideObservation } from "../core/observation.ts";
import { standingOf } from "../core/override-standing.ts";
import { REASONS } from "../core/reasons.ts";
import type { Reason } from "../core/reasons.ts";
import { instantText } from "../core/supply/instant.ts";
import type { Condition, FleetStatus, PoolStatus } from "../ports/fleet-store.ts";
import { toHundredths } from "../core/numeric.ts";

const camelCase = (code: string): string =>
  code
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

/** `cache-veto` → `CacheVeto`: Kubernetes wants reasons in CamelCase. */
const CONDITION_REASONS: ReadonlyMap<string, string> = new Map(
  Object.keys(REASONS).map((code) => [code, camelCase(code)]),
);

const condition = (type: string, holds: boolean, why: Reason | null): Condition => ({
  type,
  status: holds ? "True" : "False",
  reason: why === null ? type : (CONDITION_REASONS.get(why.code) ?? camelCase(why.code)),
  message: why?.text ?? "",
});

/**
 * Two digits: a status that changed every tick would be written every tick.
 * @param problem what is wrong with the specification, null when it can be acted on
 */
export function fleetStatus(
  fleet: CompiledFleet,
  decision: FleetDecision,
  problem: Reason | null,
  overrides: readonly OverrideObservation[] = [],
): FleetStatus {
  const [why = null] = decision.reasons;
  const { shrinkHold } = decision.want;
  // Scale-in also waits for other reasons, which say nothing against the signals.
  const untrusted = shrinkHold?.code === "signals-untrusted" ? shrinkHold : null;
  return {
    wantedRacks: decision.want.racks,
    awardedRacks: decision.awardedRacks,
    heldRacks: decision.heldRacks,
    servingRacks: decision.servingRacks,
    outcome: decision.outcome,
    reason: why?.code ?? "",
    hitRate: decision.cache.hitRate === null ? null : toHundredths(decision.cache.hitRate),
    conditions: [
      condition("Ready", problem === null, problem),
      condition("Decided", true, why),
      condition("SignalsTrusted", untrusted === null, untrusted),
      cacheCondition(decision),
      policyCondition(fleet, overrides),
      condition("Automatic", fleet.mode.scaleOut === "Auto" && fleet.mode.scaleIn === "Auto", null),
    ],
  };
}

/** Whether the fleet is run as its specification says, or people say otherwise for a while. */
function policyCondition(
  fleet: CompiledFleet,
  overrides: readonly OverrideObservation[],
): Condition {
  const said = overrides.flatMap((override) => {
    const { acts } = standingOf(override, fleet, overrides);
    const until = instantText(override.until);
    return acts.length === 0
      ? []
      : [`FleetOverride ${override.name} until ${until}: ${acts.join("; ")}.`];
  });
  const { generation, mode } = fleet;
  const modes = `scale-out ${mode.scaleOut}, scale-in ${mode.scaleIn}`;
  const asWritten = `Generation ${generation} decides: ${modes}.`;
  return said.length === 0
    ? { type: "PolicyInForce", status: "True", reason: "AsWritten", message: asWritten }
    : {
        type: "PolicyInForce",
        status: "False",
        reason: "Overridden",
        message: [...said, asWritten].join(" "),
      };
}

function cacheCondition({ cache }: FleetDecision): Condition {
  return {
    type: "CacheHealthy",
    status: cache.cause === "none" ? "True" : cache.cause === "broken-signal" ? "Unknown" : "False",
    reason: camelCase(cache.cause),
    message: cache.text,
  };
}

export function poolStatus(decision: PoolDecision): PoolStatus {
  const [held = null] = decision.holds;
  const refused = decision.holds.find(({ code }) => code.startsWith("pool-")) ?? null;
  const [problem = null] = decision.problems;
  const shortage = decision.holds.find(({ code }) => code === "stockout") ?? null;
  return {
    desiredRacks: decision.desiredRacks,
    racksByPhase: decision.racksByPhase,
    conditions: [
      condition("Ready", refused === null, refused),
      condition("Scalable", held === null, held),
      condition("InStock", shortage === null, shortage),
      condition("RacksHealthy", problem === null, problem),
    ],
  };
}

export interface Reported {
  readonly fleets: readonly { readonly fleet: CompiledFleet; readonly status: FleetStatus }[];
  readonly pools: readonly { readonly pool: CompiledPool; readonly status: PoolStatus }[];
}

export function statusesOf(
  problems: ReadonlyMap<string, Reason>,
  group: {
    readonly fleets: readonly CompiledFleet[];
    readonly pools: readonly CompiledPool[];
  },
  decision: Decision,
  overrides: ReadonlyMap<string, readonly OverrideObservation[]> = new Map(),
): Reported {
  return {
    fleets: group.fleets.flatMap((fleet) => {
      const found = decision.fleets.find((entry) => entry.fleet === fleet.key);
      if (found === undefined) return [];
      const { key } = fleet;
      const problem = problems.get(key) ?? null;
      return [{ fleet, status: fleetStatus(fleet, found, problem, overrides.get(key)) }];
    }),
    pools: group.pools.flatMap((pool) => {
      const found = decision.pools.find((entry) => entry.pool === pool.name);
      return found === undefined ? [] : [{ pool, status: poolStatus(found) }];
    }),
  };
}
