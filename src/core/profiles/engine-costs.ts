/**
 * What an iteration of an engine costs, and how published figures follow from it. Every figure is
 * linear in the five costs, so that a fit is a least-squares problem and an error has one cause.
 */

/** GPU time: a unit of n GPUs takes an n-th of it, but for `iterationMs`, which no GPU shortens. */
export interface EngineCosts {
  /** Of every iteration, whatever it holds: launches, all-to-all, weights read once. */
  readonly iterationMs: number;
  /** Per uncached prompt token. */
  readonly prefillTokenGpuUs: number;
  /** Per prompt token and token before it, both ways: a prompt of L tokens costs L x L of them. */
  readonly prefillPairGpuNs: number;
  /** Per decoding sequence and iteration. */
  readonly decodeSequenceGpuUs: number;
  /** Per token of context of a decoding sequence and iteration: KV that is read. */
  readonly decodeContextGpuNs: number;
}

/** In the order of the rows below. */
export const COST_NAMES = [
  "iterationMs",
  "prefillTokenGpuUs",
  "prefillPairGpuNs",
  "decodeSequenceGpuUs",
  "decodeContextGpuNs",
] as const satisfies readonly (keyof EngineCosts)[];

/** A figure that somebody measured and published. */
export type EnginePoint = {
  readonly source: string;
  /** Kept out of the fit: the profile is judged by it. */
  readonly heldOut: boolean;
} & (
  | {
      /** Prompt tokens per second and GPU of units that only prefill, chunk by chunk. */
      readonly kind: "prefill";
      readonly promptTokens: number;
      readonly chunkTokensPerGpu: number;
      readonly tokensPerSecondPerGpu: number;
    }
  | {
      /** Output tokens per second and GPU of units that only decode. */
      readonly kind: "decode";
      readonly sequencesPerGpu: number;
      readonly contextTokens: number;
      readonly tokensPerSecondPerGpu: number;
    }
  | {
      /** Output tokens per second and GPU where the same GPUs prefill and decode. */
      readonly kind: "mixed";
      readonly promptTokens: number;
      readonly outputTokens: number;
      readonly sequencesPerGpu: number;
      readonly tokensPerSecondPerGpu: number;
    }
  | {
      /** Seconds from an idle unit's first chunk to the first token. */
      readonly kind: "first-token";
      readonly promptTokens: number;
      readonly gpus: number;
      readonly seconds: number;
    }
);

/** One equation: `weights` (in the order of `COST_NAMES`) times the costs are `observedMs`. */
export interface CostEquation {
  readonly weights: readonly number[];
  /** Of one GPU and token, or of one first token. */
  readonly observedMs: number;
}

const US = 1e-3;
const NS = 1e-6;
const MS_PER_SECOND = 1_000;

/** @returns the equation that a published figure stands for */
export function costEquation(point: EnginePoint): CostEquation {
  switch (point.kind) {
    case "prefill": {
      const perToken = [1 / point.chunkTokensPerGpu, US, point.promptTokens * NS, 0, 0];
      return { weights: perToken, observedMs: MS_PER_SECOND / point.tokensPerSecondPerGpu };
    }
    case "decode": {
      const perToken = decodeWeights(point.sequencesPerGpu, point.contextTokens);
      return { weights: perToken, observedMs: MS_PER_SECOND / point.tokensPerSecondPerGpu };
    }
    case "mixed": {
      const { promptTokens: input, outputTokens: output } = point;
      const decode = decodeWeights(point.sequencesPerGpu, input + output / 2);
      const prefill = [0, (input / output) * US, ((input * input) / output) * NS, 0, 0];
      const weights = decode.map((weight, index) => weight + (prefill[index] ?? 0));
      return { weights, observedMs: MS_PER_SECOND / point.tokensPerSecondPerGpu };
    }
    case "first-token": {
      const { promptTokens: input, gpus } = point;
      const weights = [1, (input / gpus) * US, ((input * input) / gpus) * NS, 0, 0];
      return { weights, observedMs: point.seconds * MS_PER_SECOND };
    }
  }
}

const decodeWeights = (sequencesPerGpu: number, contextTokens: number): readonly number[] => [
  1 / sequencesPerGpu,
  0,
  0,
  US,
  contextTokens * NS,
];

/** @returns milliseconds that the costs predict for the figure's equation */
export const predictedMs = ({ weights }: CostEquation, costs: EngineCosts): number =>
  COST_NAMES.reduce((sum, name, index) => sum + costs[name] * (weights[index] ?? 0), 0);

/** A figure beside what the costs predict; `error` is of the time, 0.1 = predicted 10 % slower. */
export interface PointResidual {
  readonly point: EnginePoint;
  readonly predictedMs: number;
  readonly observedMs: number;
  readonly error: number;
}

export function residualsOf(
  points: readonly EnginePoint[],
  costs: EngineCosts,
): readonly PointResidual[] {
  return points.map((point) => {
    const equation = costEquation(point);
    const predicted = predictedMs(equation, costs);
    const { observedMs } = equation;
    return { point, predictedMs: predicted, observedMs, error: predicted / observedMs - 1 };
  });
}
