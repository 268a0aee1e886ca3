/** A simulated past of a calm fleet, evaluated. Bundled: see `../bundled.ts`. */
import { createHash } from "node:crypto";
import type { Evaluation } from "../../../src/api/evaluation.ts";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import type { CompiledFleet, CompiledGroup } from "../../../src/core/compiled.ts";
import type { DecisionRecord } from "../../../src/core/record.ts";
import { HOUR_MS } from "../../../src/core/units.ts";
import { decodeRecord } from "../../../src/studies/decode-record.ts";
import { evaluate } from "../../../src/studies/evaluate/evaluate.ts";
import { RecordedPast } from "../../../src/studies/evaluate/recorded-past.ts";
import { trafficOf } from "../../../src/studies/scenario-traffic.ts";
import { simulate } from "../../../src/studies/simulate.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

const HELD = 2;
/** A rack serves 20 sessions an hour within the objectives. */
const SESSIONS_PER_HOUR = 14;

const SCENARIO = {
  metadata: { name: "calm" },
  spec: {
    duration: "59m",
    pools: [
      {
        name: "gb200",
        rack: { nodes: 9, usableNodes: 8, gpusPerNode: 4 },
        supply: { kind: "OnDemand" },
        price: { usdPerRackHour: "378.00" },
        limits: { maxRacks: 8 },
        consumers: [{ fleet: { namespace: "agents", name: "coder" }, max: 8 }],
      },
    ],
    fleets: [
      {
        name: "coder",
        namespace: "agents",
        model: { name: "test-small" },
        mode: { scaleOut: "Auto", scaleIn: "Auto" },
        racks: { min: HELD, max: 8 },
        pools: [{ name: "gb200" }],
        objectives: [{ name: "ttft", metric: "TTFT", threshold: "20s", share: "0.95" }],
        workloads: [
          { name: "e", target: { selector: { app: "e" } }, unit: { gpus: 16 }, unitsPerRack: 2 },
        ],
        behavior: { scaleInStabilization: "10m" },
      },
    ],
    world: {
      warmup: "2h",
      pools: { gb200: { startRacks: HELD } },
      traffic: [{ generate: { profile: "coding-agent", sessionsPerHour: SESSIONS_PER_HOUR } }],
    },
  },
};

/** @returns the decisions of an hour */
export async function pastRecords(): Promise<readonly DecisionRecord[]> {
  const compiled = compileScenario(SCENARIO);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  const scenario = compiled.value;
  const records: DecisionRecord[] = [];
  await simulate({
    scenario,
    policy: "breakwater",
    seed: 7,
    traffic: trafficOf(scenario, "."),
    digest,
    codeVersion: "test",
    onRecord: (line) => records.push(decodeRecord(line, records.length + 1)),
  });
  return records;
}

export async function evaluationOf(
  records: readonly DecisionRecord[],
  candidate: (fleet: CompiledFleet) => CompiledFleet,
): Promise<Evaluation> {
  const past = new RecordedPast(HOUR_MS);
  for (const record of records) past.add(record);
  const other = (group: CompiledGroup): CompiledGroup => ({
    ...group,
    fleets: group.fleets.map(candidate),
  });
  const options = { seeds: [1], digest, codeVersion: "test" };
  return await evaluate({ blocks: past.result(), candidate: other, ...options });
}
