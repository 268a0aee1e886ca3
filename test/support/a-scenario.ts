/** A scenario file with everything that has no default, as text that tests change. */
export const SCENARIO_TEXT = `kind: Scenario
metadata: { name: one-surge }
spec:
  duration: 2h
  pools:
    - name: gb200
      supply: { kind: Reserved, committedRacks: 3 }
      price: { usdPerRackHour: "756.00" }
      limits: { maxRacks: 8 }
      consumers:
        - { fleet: { namespace: agents, name: coder }, max: 8 }
  fleets:
    - name: coder
      namespace: agents
      model: { name: test-small }
      racks: { min: 2, max: 8 }
      pools: [{ name: gb200, engineStartPrior: { p50: 90s, p95: 3m } }]
      objectives:
        - { name: ttft, metric: TTFT, threshold: 2500ms, share: "0.95" }
      workloads:
        - name: engines
          target: { selector: { app: coder } }
          unit: { gpus: 8 }
          unitsPerRack: 8
  world:
    traffic:
      - generate: { profile: coding-agent, sessionsPerHour: 900 }
        shape: [{ at: 30m, factor: 4, ramp: 2m, hold: 20m }]
`;

/** @returns the text with each first part replaced by its second. @throws when it is not there */
export function scenarioWith(...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the scenario has no ${from}`);
    return text.replace(from, to);
  }, SCENARIO_TEXT);
}
