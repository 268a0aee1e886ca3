/** Several fleets that share one pool, each with its own traffic: what `decide` judges as one. */
import { compileScenario } from "../src/config/compile-scenario.ts";
import { readDocument } from "../src/config/written-document.ts";

const names = (fleets) => Array.from({ length: fleets }, (_, index) => `coder-${index + 1}`);

const consumer = (name, racks, fleets) =>
  `        - { fleet: { namespace: agents, name: ${name} }, ` +
  `guaranteed: ${Math.floor(racks / fleets)}, max: ${racks} }`;

const fleet = (name, racks, fleets) => `    - name: ${name}
      namespace: agents
      model: { name: dsr1-fp4-gb200 }
      mode: { scaleOut: Auto, scaleIn: Auto }
      racks: { min: ${Math.floor(racks / fleets)}, max: ${racks} }
      pools: [{ name: gb200 }]
      objectives:
        - { name: ttft, metric: TTFT, threshold: 5s, share: "0.95" }
        - { name: itl, metric: ITL, threshold: 50ms, share: "0.95" }
      workloads:
        - name: engines
          target: { selector: { app: ${name} } }
          unit: { gpus: 8 }
          unitsPerRack: 8`;

const traffic = (name, sessionsPerHour) =>
  `      - { fleet: ${name}, generate: ` +
  `{ profile: coding-agent, sessionsPerHour: ${sessionsPerHour} } }`;

/**
 * @param group racks: of the pool, a multiple of the fleets, all held; sessionsPerHour: of each
 *   fleet; minutes: simulated time
 * @returns the scenario, compiled
 */
export function groupScenario({ racks, fleets, sessionsPerHour, minutes }) {
  const all = names(fleets);
  const text = `kind: Scenario
metadata: { name: bench-group }
spec:
  duration: ${minutes}m
  pools:
    - name: gb200
      supply: { kind: Reserved, committedRacks: ${racks} }
      price: { usdPerRackHour: "756.00" }
      limits: { maxRacks: ${racks} }
      consumers:
${all.map((name) => consumer(name, racks, fleets)).join("\n")}
  fleets:
${all.map((name) => fleet(name, racks, fleets)).join("\n")}
  world:
    traffic:
${all.map((name) => traffic(name, sessionsPerHour)).join("\n")}
    router: { kind: prefix-affinity, lag: 2s }
`;
  const read = readDocument(text, compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  return read.value;
}
