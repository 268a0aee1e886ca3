import type { SessionSource, TurnTemplates } from "../../../src/traces/turn-templates.ts";
import { templatesOf } from "./sketch.ts";

/** Turns that share nothing, one a session. */
export interface QueueTraffic {
  readonly turns: number;
  /** Until the next turn arrives. */
  readonly gapNs: () => number;
  readonly outputTokens: () => number;
}

/** Prompts have one token: no whole block. */
const BLOCK_TOKENS = 2 ** 20;

const lone = (): TurnTemplates =>
  templatesOf({
    blockTokens: BLOCK_TOKENS,
    shared: [],
    sessions: [
      {
        chains: [{ parent: null, from: 0 }],
        rows: [{ input: 1, output: 1, chain: 0, delayNs: 0 }],
      },
    ],
  });

/** @returns customers of a queue: each start says how long its service is, in output tokens */
export function queueSource({ turns, gapNs, outputTokens }: QueueTraffic): SessionSource {
  let left = turns;
  let atNs = 0;
  return {
    templates: lone(),
    next(start) {
      if (left === 0) return false;
      left -= 1;
      atNs += gapNs();
      start.atNs = Math.round(atNs);
      start.template = 0;
      start.inputTokens = 1;
      start.outputTokens = outputTokens();
      return true;
    },
  };
}
