/** Scenarios of a fixed number of engines, with the controller ticking on them. */
import { compileScenario } from "../src/config/compile-scenario.ts";
import { readDocument } from "../src/config/written-document.ts";

const UNITS_PER_RACK = 8;

/**
 * @param fleet replicas: engines, a multiple of 8; traffic: the scenario's `traffic` entry as YAML;
 *   hours: simulated time, null: as long as the recording; profile: of the engines
 * @returns the scenario as people would write it: racks held at their number, clients with
 *   time-outs, a guarded prefix router with 2 s of lag, scrapes every 15 s
 */
export function scenarioText({ replicas, traffic, hours, profile }) {
  const racks = replicas / UNITS_PER_RACK;
  return `kind: Scenario
metadata: { name: bench-${replicas} }
spec:
  duration: ${hours === null ? "trace" : `${Math.round(hours * 3600)}s`}
  pools:
    - name: gb200
      supply: { kind: Reserved, committedRacks: ${racks} }
      price: { usdPerRackHour: "756.00" }
      limits: { maxRacks: ${racks} }
      consumers:
        - { fleet: { namespace: agents, name: coder }, guaranteed: ${racks}, max: ${racks} }
  fleets:
    - name: coder
      namespace: agents
      model: { name: ${profile} }
      mode: { scaleOut: Auto, scaleIn: Auto }
      racks: { min: ${racks}, max: ${racks} }
      pools: [{ name: gb200 }]
      objectives:
        - { name: ttft, metric: TTFT, threshold: 5s, share: "0.95" }
        - { name: itl, metric: ITL, threshold: 50ms, share: "0.95" }
      workloads:
        - name: engines
          target: { selector: { app: coder } }
          unit: { gpus: 8 }
          unitsPerRack: 8
  world:
    traffic:
      - ${traffic}
    router: { kind: prefix-affinity, lag: 2s }
`;
}

/** @returns the same, compiled */
export function fleetScenario(fleet) {
  const read = readDocument(scenarioText(fleet), compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  return read.value;
}
