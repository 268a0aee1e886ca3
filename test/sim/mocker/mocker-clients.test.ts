import { describe, expect, it } from "vitest";
import { EventQueue } from "../../../src/sim/event-queue.ts";
import type { MockerTurn } from "../../../src/sim/mocker/mocker-clients.ts";
import { MockerClients } from "../../../src/sim/mocker/mocker-clients.ts";
import type { SessionSource } from "../../../src/traces/turn-templates.ts";
import { chainTemplates } from "../../support/chain-templates.ts";

const row = { inputTokens: 8, outputTokens: 1, fullChain: 0 };
/** A turn, two that fork from it, and one that waits for both. */
const TEMPLATES = chainTemplates({
  chains: [{ parent: -1, from: 0, to: 9, shared: false }],
  rows: [
    { ...row, successors: [1, 2] },
    { ...row, delayNs: 10, successors: [3] },
    { ...row, delayNs: 30, successors: [3] },
    { ...row, delayNs: 5 },
  ],
});

function startingAt(...instants: readonly number[]): SessionSource {
  const left = [...instants];
  return {
    templates: TEMPLATES,
    next: (start) => {
      const at = left.shift();
      if (at === undefined) return false;
      start.atNs = at;
      start.template = 0;
      return true;
    },
  };
}

/** Every turn is answered `serviceNs` after it came. */
function arrivals(source: SessionSource, serviceNs: number) {
  const timeline = new EventQueue(0);
  const seen: { readonly row: number; readonly at: number; readonly key: string }[] = [];
  const clients: MockerClients = new MockerClients(timeline, (turn: MockerTurn) => {
    seen.push({ row: turn.row, at: turn.arrivalNs, key: turn.keys[0] ?? "" });
    timeline.schedule(turn.arrivalNs + serviceNs, 1, (at) => clients.completed(turn, at));
  });
  clients.follow(source, 0);
  timeline.runUntil(1_000_000);
  return seen;
}

describe("clients of the mocker", () => {
  it("send a turn when the last of those it waits for was answered, and its pause is over", () => {
    const turns = arrivals(startingAt(1_000), 100);
    expect(turns.map(({ row: at, ...turn }) => [at, turn.at])).toEqual([
      [0, 1_000],
      [1, 1_110],
      [2, 1_130],
      [3, 1_235],
    ]);
  });

  it("have prefixes of their own in every session", () => {
    const turns = arrivals(startingAt(0, 0), 100);
    expect(turns).toHaveLength(8);
    expect(new Set(turns.map(({ key }) => key)).size).toBe(2);
  });
});
