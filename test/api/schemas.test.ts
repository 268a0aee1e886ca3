import fc from "fast-check";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { createView } from "../../src/adapters/http/view.ts";
import {
  DecisionsAnswerSchema,
  FleetsAnswerSchema,
  HistoryAnswerSchema,
  PoolsAnswerSchema,
} from "../../src/api/envelopes.ts";
import { ApiEventSchema } from "../../src/api/events.ts";
import { reason } from "../../src/core/reasons.ts";
import { surgeTick } from "../support/reports/surge.ts";
import { ABSENT, reads, signalsAt, START } from "../support/reports/observed.ts";
import { aReport, fleetDecided, poolDecided } from "../support/reports/report.ts";

/** What a reader gets: the value after its way through JSON. */
const asRead = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function expectToFit(schema: TSchema, value: unknown): void {
  expect([...Value.Errors(schema, asRead(value))]).toEqual([]);
}

/** 163 simulated minutes: every phase of a rack, a growth and a drain. */
const STORY_TICKS = 652;

describe("answers of the API", () => {
  it.each([
    { name: "fleets", schema: FleetsAnswerSchema, answer: "fleets" },
    { name: "pools", schema: PoolsAnswerSchema, answer: "pools" },
    { name: "decisions", schema: DecisionsAnswerSchema, answer: "decisions" },
    { name: "history", schema: HistoryAnswerSchema, answer: "history" },
  ] as const)("$name fit their schema all along a surge", ({ schema, answer }) => {
    const view = createView();
    for (let tick = 0; tick < STORY_TICKS; tick += 1) {
      view.tick(surgeTick(tick));
      if (tick % 50 === 0) expectToFit(schema, view[answer]());
    }
    expectToFit(schema, view[answer]());
  });

  it("fit their schema when everything that may be unknown is unknown", () => {
    const view = createView();
    view.tick(
      aReport({
        seen: {
          "agents/coder": {
            signals: { ...signalsAt(START), arrivals: ABSENT, ttftP95: reads(Number.NaN, START) },
            objectives: [{ name: "ttft-short", share: ABSENT }],
            problems: [reason("pool-unknown")],
          },
        },
        decided: [fleetDecided({ forecast: null })],
        pools: [poolDecided([], { desiredRacks: null })],
      }),
    );
    expectToFit(FleetsAnswerSchema, view.fleets());
    expectToFit(PoolsAnswerSchema, view.pools());
    expectToFit(HistoryAnswerSchema, view.history());
  });
});

describe("messages of the stream", () => {
  it("fit their schema, whichever tick they are about", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: STORY_TICKS }), (tick) => {
        const view = createView();
        const messages: string[] = [];
        view.subscribe(({ json }) => messages.push(json));
        view.tick(surgeTick(tick));
        view.tickFailed("gb200-east", "timeout", "reading nodes: no answer");
        messages.push(...view.opening(null).map(({ json }) => json));
        view.forget("gb200-east");
        expect(messages).toHaveLength(4);
        for (const json of messages) expectToFit(ApiEventSchema, JSON.parse(json));
      }),
      { numRuns: 30 },
    );
  });
});
