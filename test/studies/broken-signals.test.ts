import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundled } from "../support/bundled.ts";
import type { Broken, SaidOf } from "../support/runs/broken-signals-run.ts";

const AT = "62m";
const lasting = { at: AT, for: "20m" };
/** What a sum over prefill and decode pods comes to: each prompt once more, where it is decoded. */
const DECODE_PODS_TOO = "2 * sum(rate(vllm:prompt_tokens_total[1m]))";

const CASES: readonly (readonly [string, Broken, "before" | "after", RegExp])[] = [
  [
    "a frozen counter",
    { faults: [{ kind: "broken-counters", how: "frozen", ...lasting }] },
    "after",
    /the counter is frozen/,
  ],
  [
    "computed tokens counted again while turns wait",
    { faults: [{ kind: "broken-counters", how: "recounted", ...lasting }] },
    "after",
    /stands still or counts twice/,
  ],
  [
    "a router's index that lost all it knew",
    { faults: [{ kind: "router-index-loss", ...lasting }] },
    "after",
    /is empty or no longer fed/,
  ],
  [
    "a query that divides nothing by nothing",
    {
      overrides: [
        {
          signal: "computedPromptTokens",
          query: "sum(rate(vllm:num_preemptions_total[1m])) * 0 / 0",
          unit: "tokens/s",
        },
      ],
    },
    "before",
    /cannot be measured/,
  ],
  [
    "decode pods in a query of the fleet's own",
    {
      overrides: [
        {
          signal: "promptTokens",
          query: DECODE_PODS_TOO,
          unit: "tokens/s",
        },
      ],
    },
    "before",
    /decode pods/,
  ],
];

describe("from scrapes to the verdict", () => {
  const said = new Map<string, SaidOf>();
  beforeAll(async () => {
    const run = join(import.meta.dirname, "..", "support", "runs", "broken-signals-run.ts");
    const { saidWhile }: { saidWhile: (broken: Broken) => Promise<SaidOf> } = await import(
      await bundled(run)
    );
    for (const [name, broken] of CASES) said.set(name, await saidWhile(broken));
  }, 180_000);

  it.each(CASES)("%s is a broken signal, and no workload", (name, _, when, text) => {
    const verdicts = said.get(name)?.[when] ?? [];
    const told = verdicts.filter((verdict) => verdict.cause === "broken-signal");
    expect(verdicts.length).toBeGreaterThan(10);
    expect(told.length).toBeGreaterThan(verdicts.length / 3);
    for (const verdict of told) expect(verdict.text).toMatch(text);
  });

  it("no signal is broken before it is", () => {
    for (const [name, { faults }] of CASES) {
      if (faults === undefined) continue;
      const causes = said.get(name)?.before.map(({ cause }) => cause) ?? [];
      expect(causes).not.toContain("broken-signal");
    }
  });
});
