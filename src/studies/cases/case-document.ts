/** A case: a scenario as people would write it, and what it stands for. */

/** What a document is made of before it is checked. */
export type Plain = { readonly [key: string]: unknown };

export const FAMILIES = [
  "step",
  "hit-loss",
  "launch",
  "storm",
  "day",
  "scenario",
  "recording",
] as const;
export type Family = (typeof FAMILIES)[number];

/** Racks at the top of the surge. */
export const FLEET_RACKS = [4, 12, 40] as const;
export type FleetRacks = (typeof FLEET_RACKS)[number];

export interface CaseTraits {
  readonly family: Family;
  /** null: as the scenario that it was cut from says. */
  readonly racks: FleetRacks | null;
  readonly think: "short" | "long" | "as recorded";
  readonly engine: "drawn away" | "of another form";
  /** Whether it offers what autoscalers of replicas have no use for. */
  readonly extras: boolean;
}

export interface CutCase extends CaseTraits {
  readonly name: string;
  /** The scenario; everything in it is also valid JSON. */
  readonly document: Plain;
}

/** GPUs of one unit; half of a prompt of 100,000 tokens is computed in 6 s. */
const UNIT_GPUS = 16;
const GPUS_PER_NODE = 4;
/** One node is spare. */
const SPARE_NODES = 1;
/** No pool has more. */
const MOST_RACKS = 64;
/** What a fleet may grow to beyond the racks that its surge needs, as people set a limit. */
const ROOM = 1.5;
/** Half of all racks at once at most. */
const STEP_SHARE = 0.5;

export interface CaseFleet {
  readonly racks: FleetRacks;
  /** Racks that serve when it begins. */
  readonly startRacks: number;
}

export interface CaseWorld {
  readonly durationMinutes: number;
  readonly warmupMinutes: number;
  readonly startsAt: string;
  readonly seed: number;
  readonly otherForm: boolean;
  readonly traffic: readonly Plain[];
  readonly faults: readonly Plain[];
  readonly schedule: readonly Plain[];
}

/** Small fleets pack two units to a rack: what rounding up to racks costs shows there. */
export const unitsPerRack = (racks: FleetRacks): number => (racks > 12 ? 1 : 2);

export const minutesText = (minutes: number): string => `${Math.round(minutes * 60)}s`;

/** @returns the scenario; speeds of its engines are drawn up to 20 % away from what is believed */
export function caseDocument(name: string, fleet: CaseFleet, world: CaseWorld): Plain {
  const max = mostRacks(fleet);
  return {
    apiVersion: "breakwater.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name },
    spec: {
      duration: minutesText(world.durationMinutes),
      startsAt: world.startsAt,
      seeds: [world.seed],
      pools: [poolOf(fleet, max)],
      fleets: [fleetOf(fleet, max, world.schedule)],
      world: {
        warmup: minutesText(world.warmupMinutes),
        traffic: world.traffic,
        pools: { gb200: { startRacks: fleet.startRacks } },
        engine: { perturb: PERTURB, ...(world.otherForm ? { profile: OTHER_FORM } : {}) },
        faults: world.faults,
      },
    },
  };
}

/** How far the speeds of a world's engines are drawn away from what the policy believes. */
export const PERTURB = 0.2;
/** As fast as `test-small` for the usual agent turn, but by another law of lengths. */
export const OTHER_FORM = "test-context";

const mostRacks = ({ racks, startRacks }: CaseFleet): number =>
  Math.min(MOST_RACKS, Math.ceil(ROOM * Math.max(racks, startRacks)));

/** Reserved for nobody: a rack above one can be given back, so that held is what was chosen. */
function poolOf({ racks }: CaseFleet, max: number): Plain {
  const nodes = (unitsPerRack(racks) * UNIT_GPUS) / GPUS_PER_NODE;
  return {
    name: "gb200",
    rack: { nodes: nodes + SPARE_NODES, usableNodes: nodes, gpusPerNode: GPUS_PER_NODE },
    supply: { kind: "Reserved", committedRacks: 1 },
    price: { usdPerRackHour: "378.00" },
    limits: { maxRacks: max, maxRequestsPerHour: 6 },
    consumers: [{ fleet: { namespace: "agents", name: "coder" }, guaranteed: 1, max }],
  };
}

const fleetOf = ({ racks }: CaseFleet, max: number, schedule: readonly Plain[]): Plain => ({
  name: "coder",
  namespace: "agents",
  model: { name: "test-small" },
  mode: { scaleOut: "Auto", scaleIn: "Auto" },
  racks: { min: 1, max },
  pools: [{ name: "gb200" }],
  objectives: [
    { name: "ttft", metric: "TTFT", threshold: "20s", share: "0.95" },
    { name: "itl", metric: "ITL", threshold: "50ms", share: "0.95" },
  ],
  workloads: [
    {
      name: "engines",
      target: { selector: { app: "coder" } },
      unit: { gpus: UNIT_GPUS },
      unitsPerRack: unitsPerRack(racks),
    },
  ],
  behavior: { scaleInStabilization: "1h", maxStepOut: Math.max(3, Math.ceil(racks * STEP_SHARE)) },
  ...(schedule.length > 0 ? { schedule } : {}),
});
