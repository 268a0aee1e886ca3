/** A file of published or measured figures of an engine, which `tune --points` fits. */
import { z } from "zod";
import type { EnginePoint } from "../core/profiles/engine-costs.ts";
import { expected, fieldErrors } from "./decode-object.ts";
import type { Compilation } from "./field-error.ts";
import { positive, strict } from "./scenario-fields.ts";

/** Far more than anybody publishes. */
const POINTS_MAX = 1_000;

export interface EnginePoints {
  readonly name: string;
  /** The built-in profile whose costs stand where no figure speaks. */
  readonly prior: string;
  readonly points: readonly EnginePoint[];
}

const common = {
  source: z.string({ error: "where the figure is from" }).min(1, { error: "where it is from" }),
  heldOut: z.boolean().default(false),
};
const rate = positive("Tokens per second and GPU.");
const tokens = (text: string) => positive(text, 1e8);

const point = z.discriminatedUnion(
  "kind",
  [
    strict({
      kind: z.literal("prefill"),
      ...common,
      promptTokens: tokens("Length of the prompts."),
      chunkTokensPerGpu: tokens("Tokens of an iteration per GPU."),
      tokensPerSecondPerGpu: rate,
    }),
    strict({
      kind: z.literal("decode"),
      ...common,
      sequencesPerGpu: positive("Sequences that decode at once."),
      contextTokens: tokens("Mean context of a sequence."),
      tokensPerSecondPerGpu: rate,
    }),
    strict({
      kind: z.literal("mixed"),
      ...common,
      promptTokens: tokens("Length of the prompts."),
      outputTokens: tokens("Length of the answers."),
      sequencesPerGpu: positive("Sequences that decode at once."),
      tokensPerSecondPerGpu: rate,
    }),
    strict({
      kind: z.literal("first-token"),
      ...common,
      promptTokens: tokens("Length of the prompt."),
      gpus: positive("GPUs of the unit."),
      seconds: positive("From the first chunk to the first token."),
    }),
  ],
  { error: "one of prefill, decode, mixed, first-token" },
);

const file = strict({
  name: z.string({ error: "a name for the profile" }).min(1, { error: "a name for the profile" }),
  prior: z.string({ error: "the name of a built-in profile" }),
  points: z
    .array(point, { error: "a list of figures" })
    .min(1, { error: "at least one figure" })
    .max(POINTS_MAX, { error: `at most ${POINTS_MAX} figures` }),
});

/** @returns the figures, or every error of the file */
export function compilePoints(raw: unknown): Compilation<EnginePoints> {
  const parsed = file.safeParse(raw, { error: expected });
  if (!parsed.success) return { ok: false, errors: fieldErrors(parsed.error, raw) };
  return { ok: true, value: parsed.data };
}
