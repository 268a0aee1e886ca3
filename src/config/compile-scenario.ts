/** Scenario → CompiledScenario: pools and fleets by their own compilers, the world beside them. */
import type { CompiledFleet, CompiledGroup, CompiledPool } from "../core/compiled.ts";
import { VLLM_BUCKETS_SECONDS } from "../core/profiles/vllm.ts";
import { type EpochMs, epochMs } from "../core/units.ts";
import { compileFleet } from "./compile-fleet.ts";
import { compilePool } from "./compile-pool.ts";
import { compileWorld, fixedEngineOf } from "./compile-scenario-world.ts";
import type { CompiledScenario } from "./compiled-scenario.ts";
import { decodeObject } from "./decode-object.ts";
import type { Compilation, FieldError } from "./field-error.ts";
import { objectName } from "./fields.ts";
import { fleetProblems } from "./fleet-problems.ts";
import { durationMs } from "./go-duration.ts";
import { INFERENCE_FLEET } from "./inference-fleet.ts";
import { RACK_POOL } from "./rack-pool.ts";
import { SCENARIO, type ScenarioSpec } from "./scenario.ts";
import { simulatedPool, WORLD_EXPORTS } from "./simulated-objects.ts";
import { unknownFields } from "./unknown-fields.ts";

/** @returns the scenario with defaults filled in, or every error found in it */
export function compileScenario(raw: unknown): Compilation<CompiledScenario> {
  const decoded = decodeObject(SCENARIO, raw);
  if (!decoded.ok) return decoded;
  const { metadata, spec } = decoded.value;
  const startsAt = epochMs(Date.parse(spec.startsAt));
  const pools = spec.pools.map(poolOf);
  const fleets = spec.fleets.map((written, at) => fleetOf(written, at, { spec, startsAt }));
  const errors = [...pools, ...fleets].flatMap((each) => (each.ok ? [] : each.errors));
  if (errors.length > 0) return { ok: false, errors };
  const group = groupOf(
    pools.flatMap((each) => (each.ok ? [each.value] : [])),
    fleets.flatMap((each) => (each.ok ? [each.value] : [])),
    metadata.name,
  );
  const world = compileWorld(spec, group);
  const between = [
    ...strangeName(metadata.name),
    ...sameNames(spec),
    ...notSimulated(spec, group),
    ...betweenObjects(spec, group),
  ];
  if (between.length > 0 || !world.ok) {
    return { ok: false, errors: [...between, ...(world.ok ? [] : world.errors)] };
  }
  return { ok: true, value: scenarioOf(metadata.name, spec, { group, world: world.value }) };
}

function scenarioOf(
  name: string,
  spec: ScenarioSpec,
  parts: Pick<CompiledScenario, "group" | "world">,
): CompiledScenario {
  return {
    name,
    durationMs: spec.duration === "trace" ? null : durationMs(spec.duration),
    startsAt: epochMs(Date.parse(spec.startsAt)),
    seeds: spec.seeds,
    policy: spec.policy,
    ...parts,
  };
}

/** What stands in for the backend: the simulated provider has no object to name. */
const NO_BACKEND = { kind: "coreweave", name: "simulated" };

function poolOf(written: ScenarioSpec["pools"][number], at: number): Compilation<CompiledPool> {
  const { name, ...spec } = written;
  const place = `spec.pools[${at}]`;
  const metadata = { name, uid: `simulated-pool-${name}` };
  const compiled = compilePool({ metadata, spec: { backend: NO_BACKEND, ...spec } });
  const unknown = unknownFields(RACK_POOL.spec, spec, place);
  if (unknown.length > 0 || !compiled.ok) return refused(unknown, compiled, place);
  return { ok: true, value: simulatedPool(compiled.value) };
}

interface FleetPlace {
  readonly spec: ScenarioSpec;
  readonly startsAt: EpochMs;
}

/** What a fleet need not say whose engines are fixed: it has no racks. */
const FIXED = {
  racks: { max: 1 },
  pools: [{ name: "none" }],
  workloads: [
    { name: "fixed", target: { selector: { app: "fixed" } }, unit: { gpus: 1 }, unitsPerRack: 1 },
  ],
};

function fleetOf(
  written: ScenarioSpec["fleets"][number],
  at: number,
  { spec: scenario, startsAt }: FleetPlace,
): Compilation<CompiledFleet> {
  const { name, namespace, ...spec } = written;
  const place = `spec.fleets[${at}]`;
  const fixed = fixedEngineOf(scenario.world.engine, { namespace, name });
  const metadata = { name, namespace, uid: `simulated-fleet-${namespace}-${name}` };
  const whole = fixed ? { ...FIXED, ...spec } : spec;
  const compiled = compileFleet({ metadata, spec: whole }, startsAt);
  const unknown = unknownFields(INFERENCE_FLEET.spec, spec, place);
  if (unknown.length > 0 || !compiled.ok) return refused(unknown, compiled, place);
  return fixed ? { ok: true, value: { ...compiled.value, pools: [] } } : compiled;
}

/** Errors of an object, said of the place in the scenario where it is written. */
function refused<T>(
  unknown: readonly FieldError[],
  compiled: Compilation<T>,
  place: string,
): Compilation<never> {
  const inside = compiled.ok ? [] : compiled.errors;
  const moved = inside.map((error) => ({
    ...error,
    path: error.path.replace(/^(spec|metadata)\b/, place),
  }));
  return { ok: false, errors: [...unknown, ...moved] };
}

/** In the order in which the controller has them. */
function groupOf(
  pools: readonly CompiledPool[],
  fleets: readonly CompiledFleet[],
  otherwise: string,
): CompiledGroup {
  const sorted = pools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    name: sorted[0]?.name ?? otherwise,
    pools: sorted,
    fleets: fleets.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

/** It stands in tables and in lines of Markdown. */
const NAME = objectName("");

function strangeName(name: string): readonly FieldError[] {
  const parsed = NAME.safeParse(name);
  if (parsed.success) return [];
  const expected = parsed.error.issues[0]?.message ?? "another name";
  return [{ path: "metadata.name", found: JSON.stringify(name), expected }];
}

function sameNames({ pools, fleets }: ScenarioSpec): readonly FieldError[] {
  const named = {
    pools: pools.map(({ name }) => name),
    fleets: fleets.map(({ name, namespace }) => `${namespace}/${name}`),
  };
  return (["pools", "fleets"] as const).flatMap((list) =>
    named[list].flatMap((name, at) =>
      named[list].indexOf(name) === at
        ? []
        : [
            {
              path: `spec.${list}[${at}].name`,
              found: JSON.stringify(name),
              expected: "a name that no other has",
            },
          ],
    ),
  );
}

function notSimulated(spec: ScenarioSpec, group: CompiledGroup): readonly FieldError[] {
  return spec.fleets.flatMap(({ name, namespace }, at) =>
    (["profile", "edge"] as const).flatMap((field) => {
      const fleet = group.fleets.find(({ key }) => key === `${namespace}/${name}`);
      const found = fleet?.signals[field] ?? WORLD_EXPORTS[field];
      if (found === WORLD_EXPORTS[field]) return [];
      const path = `spec.fleets[${at}].signals.${field}`;
      const expected = `"${WORLD_EXPORTS[field]}": simulated engines export no other series`;
      return [{ path, found: JSON.stringify(found), expected }];
    }),
  );
}

/** Problems that would hold a fleet for ever: on a cluster a condition, in a scenario an error. */
function betweenObjects(spec: ScenarioSpec, group: CompiledGroup): readonly FieldError[] {
  const surroundings = { pools: group.pools, bucketsSeconds: VLLM_BUCKETS_SECONDS };
  return spec.fleets.flatMap(({ name, namespace }, at) => {
    const fleet = group.fleets.find(({ key }) => key === `${namespace}/${name}`);
    const problems = fleet === undefined ? [] : fleetProblems(fleet, surroundings);
    return problems.map(({ text }) => problemOf(text, `spec.fleets[${at}]`));
  });
}

/** The text of a problem names object, field, finding and expectation, in this form. */
const PROBLEM = /^.* (InferenceFleet|RackPool) \S+ spec(\.\S+): found (.*)[,;] expected (.*?)\.?$/;

function problemOf(text: string, place: string): FieldError {
  const [, kind, field = "", found, expected] = PROBLEM.exec(text) ?? [];
  if (kind !== "InferenceFleet" || found === undefined || expected === undefined) {
    return { path: place, found: "a fleet that cannot be scaled", expected: text };
  }
  return { path: `${place}${field}`, found, expected };
}
