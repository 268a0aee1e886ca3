import type { TurnTemplates } from "../turn-templates.ts";
import { TemplateBuilder } from "./template-builder.ts";

/** More blocks than any prompt: lengths are 32-bit. */
const MAX_TOKENS = 2_147_483_647;

/** @returns the table for turns that share nothing: every start says how long its turn is */
export function anonymousTemplate(blockTokens: number): TurnTemplates {
  const builder = new TemplateBuilder(blockTokens);
  const chain = { parent: -1, from: 0, to: Math.floor(MAX_TOKENS / blockTokens) };
  const row = {
    inputTokens: 1,
    outputTokens: 1,
    promptChain: builder.nextChain,
    promptBlocks: 0,
    fullChain: builder.nextChain,
    fullBlocks: 0,
    delayNs: 0,
    predecessors: [],
  };
  builder.addSession([chain], [row]);
  return builder.build();
}
