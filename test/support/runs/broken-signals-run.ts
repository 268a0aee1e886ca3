/** What is said of a small fleet's caches while one of its signals is broken, scrape by scrape. */
import { createHash } from "node:crypto";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import { readDocument } from "../../../src/config/written-document.ts";
import type { CacheVerdict } from "../../../src/core/decision.ts";
import { millis } from "../../../src/core/units.ts";
import { simulate } from "../../../src/studies/simulate.ts";
import { trafficOf } from "../../../src/studies/scenario-traffic.ts";

export interface Broken {
  readonly faults?: readonly object[];
  readonly overrides?: readonly object[];
}

export interface SaidOf {
  readonly before: readonly CacheVerdict[];
  readonly after: readonly CacheVerdict[];
}

/** Minutes: what is usual is known an hour after the start. */
const BROKEN_AT = 62;
const MINUTES = 70;
/** Where a query is wrong from the start. */
const FEW_MINUTES = 16;

/** @returns what was said before the signal broke, and from two minutes after it on */
export async function saidWhile({ faults = [], overrides = [] }: Broken): Promise<SaidOf> {
  const read = readDocument(JSON.stringify(scenarioOf({ faults, overrides })), compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  const [before, after]: [CacheVerdict[], CacheVerdict[]] = [[], []];
  const { startsAt } = read.value;
  await simulate({
    scenario: read.value,
    policy: "breakwater",
    seed: 1,
    traffic: trafficOf(read.value, "."),
    digest: (text) => createHash("sha256").update(text).digest("hex"),
    codeVersion: "test",
    tickEveryMs: millis(30_000),
    onTick: ({ decision }) => {
      const minute = (decision.at - startsAt) / 60_000;
      const verdicts = decision.fleets.map(({ cache }) => cache);
      if (minute > 2 && minute <= BROKEN_AT) before.push(...verdicts);
      if (minute > BROKEN_AT + 2) after.push(...verdicts);
    },
  });
  return { before, after };
}

const scenarioOf = ({ faults, overrides }: Required<Broken>): object => ({
  kind: "Scenario",
  metadata: { name: "broken" },
  spec: {
    duration: `${overrides.length > 0 ? FEW_MINUTES : MINUTES}m`,
    pools: [
      {
        name: "gb200",
        rack: { nodes: 9, usableNodes: 8, gpusPerNode: 4 },
        supply: { kind: "Reserved", committedRacks: 2 },
        price: { usdPerRackHour: "378.00" },
        limits: { maxRacks: 2, maxRequestsPerHour: 4 },
        consumers: [{ fleet: { namespace: "agents", name: "coder" }, guaranteed: 2, max: 2 }],
      },
    ],
    fleets: [
      {
        name: "coder",
        namespace: "agents",
        model: { name: "test-small" },
        mode: { scaleOut: "Auto", scaleIn: "Auto" },
        racks: { min: 2, max: 2 },
        pools: [{ name: "gb200" }],
        objectives: [{ name: "ttft", metric: "TTFT", threshold: "20s", share: "0.95" }],
        workloads: [
          {
            name: "engines",
            target: { selector: { app: "coder" } },
            unit: { gpus: 16 },
            unitsPerRack: 2,
          },
        ],
        signals: { edge: "llm-d-epp", overrides },
      },
    ],
    world: {
      warmup: "30m",
      traffic: [{ generate: { profile: "coding-agent", sessionsPerHour: 60 } }],
      router: { index: true },
      faults,
    },
  },
});
