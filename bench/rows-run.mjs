/** Worlds and runs of the rows of `rows.mjs`: one scenario, one policy, and what its count did. */
import { createHash } from "node:crypto";
import { compileScenario } from "../src/config/compile-scenario.ts";
import { readDocument } from "../src/config/written-document.ts";
import { caseDocument, unitsPerRack } from "../src/studies/cases/case-document.ts";
import { PAUSES, SESSIONS_PER_UNIT } from "../src/studies/cases/case-sources.ts";
import { trafficOf } from "../src/studies/scenario-traffic.ts";
import { simulate } from "../src/studies/simulate.ts";

export const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const MINUTE_MS = 60_000;
/** Racks at the start over what they need then, as the cutter has it. */
const START_ROOM = 1.15;

/** @returns the scenario, compiled */
export function compiled(document) {
  const read = readDocument(JSON.stringify(document), compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  return read.value;
}

/**
 * Agents on one fleet of racks of the cutter's cases.
 * @param fleet racks: at the top; fill: of what they serve well; hours; daily: amplitude of the
 *   wave; shape: changes of the rate; seed: of the world
 */
export function agentsDocument(name, { racks, fill, hours, seed, daily = 0, shape = [] }) {
  const units = racks * unitsPerRack(racks) * fill;
  const sessionsPerHour = (units * SESSIONS_PER_UNIT["coding-agent"].short) / (1 + daily);
  const startRacks = Math.ceil(racks * fill * START_ROOM * (1 - daily));
  return caseDocument(
    name,
    { racks, startRacks },
    {
      seed,
      otherForm: false,
      startsAt: "2026-11-30T00:00:00Z",
      faults: [],
      schedule: [],
      durationMinutes: hours * 60,
      warmupMinutes: 120,
      traffic: [
        {
          generate: {
            profile: "coding-agent",
            sessionsPerHour: Number(sessionsPerHour.toFixed(1)),
            daily,
            pauses: PAUSES.short,
          },
          shape,
        },
      ],
    },
  );
}

/** @returns the result, and each change of a count: when, from, to */
export async function run(scenario, { policy = "breakwater", knob, seed, onTick = () => {} }) {
  const changes = [];
  const { result } = await simulate({
    scenario,
    policy,
    ...(knob === undefined ? {} : { knob }),
    seed,
    traffic: trafficOf(scenario, "."),
    digest: sha256,
    codeVersion: "bench",
    onTick: (report) => {
      onTick(report);
      const minute = (report.decision.at - scenario.startsAt) / MINUTE_MS;
      for (const { kind, from, to } of changesOf(report)) changes.push({ minute, kind, from, to });
    },
  });
  return { result, changes };
}

/** What was written in this tick: decided and applied. */
function changesOf({ decision, actions }) {
  const applied = actions.filter(
    ({ kind, outcome }) => kind === "SetCount" && outcome === "applied",
  );
  const names = new Set(applied.map(({ intent }) => intent));
  return decision.plan.filter(({ kind, intent }) => kind === "SetCount" && names.has(intent));
}

export const percent = (share) => `${(100 * share).toFixed(2)} %`;
export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
};
