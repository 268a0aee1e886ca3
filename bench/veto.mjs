/**
 * `npm run bench:veto`: what the cache veto saves and costs. Scenarios with a fall of the hit rate
 * that no rack cures, and one with a lack of cache that a rack does, each with the veto on (people
 * asked say no) and off. One core, some 20 s.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { compileScenario } from "../src/config/compile-scenario.ts";
import { readDocument } from "../src/config/written-document.ts";
import { trafficOf } from "../src/studies/scenario-traffic.ts";
import { simulate } from "../src/studies/simulate.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
  },
});
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const scenarioNamed = (name) => parse(readFileSync(`simulations/${name}/scenario.yaml`, "utf8"));
const MINUTE_MS = 60_000;

/** More sessions for good, instead of the fault. */
function withRise(scenario) {
  const [own] = scenario.spec.world.traffic;
  own.shape = [{ at: "2h", factor: 2.5, ramp: "10m" }];
  scenario.spec.world.faults = [];
  return scenario;
}

/** A year's order for the racks that the scenario holds, and engines with room to spare. */
function withRoom(scenario, racks) {
  const [pool] = scenario.spec.pools;
  pool.supply.committedRacks = racks;
  const [fleet] = scenario.spec.fleets;
  fleet.racks.min = racks;
  return scenario;
}

const CASES = [
  ["prompt-instability", () => scenarioNamed("prompt-instability")],
  ["router-misroute", () => scenarioNamed("router-misroute")],
  ["prompt-instability, 7 racks", () => withRoom(scenarioNamed("prompt-instability"), 7)],
  ["router-misroute, 7 racks", () => withRoom(scenarioNamed("router-misroute"), 7)],
  ["more sessions than cache", () => withRise(scenarioNamed("prompt-instability"))],
];

async function outcomeOf(scenario, cacheVeto) {
  const [fleet] = scenario.spec.fleets;
  fleet.cacheVeto = cacheVeto;
  scenario.spec.world.people = { refuse: 1 };
  const read = readDocument(JSON.stringify(scenario), compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  const [causes, codes] = [new Map(), new Map()];
  const bought = [];
  const { result } = await simulate({
    scenario: read.value,
    policy: "breakwater",
    seed: Number(values.seed),
    traffic: trafficOf(read.value, "."),
    digest: sha256,
    codeVersion: "bench",
    onTick: ({ decision, actions }) => {
      const minute = Math.round((decision.at - read.value.startsAt) / MINUTE_MS);
      for (const { cache, reasons } of decision.fleets) {
        causes.set(cache.cause, (causes.get(cache.cause) ?? 0) + 1);
        for (const { code } of reasons) codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      for (const action of decision.plan) {
        const done = actions.some(
          ({ kind, outcome }) => kind === action.kind && outcome === "applied",
        );
        if (action.kind === "SetCount" && action.to > action.from && done) {
          bought.push(`${minute} min: ${action.to} (${decision.fleets[0].cache.cause})`);
        }
      }
    },
  });
  return { result, causes, codes, bought };
}

for (const [name, scenario] of CASES) {
  const on = await outcomeOf(scenario(), "Confirm");
  const off = await outcomeOf(scenario(), "Off");
  const [[named] = ["none"]] = [...on.causes]
    .filter(([cause]) => cause !== "none")
    .toSorted((a, b) => b[1] - a[1]);
  const saved = off.result.costUsd - on.result.costUsd;
  console.log(`\n${name}: ${named}; $${saved.toFixed(0)} saved`);
  for (const [label, { result, codes, bought }] of [
    ["veto", on],
    ["no veto", off],
  ]) {
    const held = codes.get("cache-veto") ?? 0;
    const waived = codes.get("cache-veto-waived") ?? 0;
    console.log(
      `  ${label.padEnd(8)} attainment ${(100 * result.slo.attainment).toFixed(2)} %  ` +
        `$${result.costUsd.toFixed(0)}  peak ${result.racks.peak}  ticks held ${held}, waived ` +
        `${waived}  bought ${bought.join(", ") || "nothing"}`,
    );
  }
}
