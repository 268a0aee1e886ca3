/** Fits the costs of an engine to figures, and says how far each figure is off. */
import type { EngineCosts, EnginePoint, PointResidual } from "../core/profiles/engine-costs.ts";
import { residualsOf } from "../core/profiles/engine-costs.ts";
import { fitCosts } from "../core/profiles/fit-costs.ts";

export interface TunedEngine {
  readonly name: string;
  readonly costs: EngineCosts;
  readonly residuals: readonly PointResidual[];
  /** Median and largest absolute relative error of the figures held out; null: there are none. */
  readonly heldOut: { readonly medianError: number; readonly largestError: number } | null;
}

/** @throws RangeError when every point is held out */
export function tuneEngine(
  name: string,
  points: readonly EnginePoint[],
  prior: EngineCosts,
): TunedEngine {
  const costs = fitCosts(points, prior);
  const residuals = residualsOf(points, costs);
  return { name, costs, residuals, heldOut: errorsOf(residuals) };
}

function errorsOf(residuals: readonly PointResidual[]): TunedEngine["heldOut"] {
  const errors = residuals
    .filter(({ point }) => point.heldOut)
    .map(({ error }) => Math.abs(error))
    .toSorted((a, b) => a - b);
  const largestError = errors.at(-1);
  if (largestError === undefined) return null;
  const [low = 0, high = 0] = [
    errors[Math.floor((errors.length - 1) / 2)],
    errors[Math.ceil((errors.length - 1) / 2)],
  ];
  return { medianError: (low + high) / 2, largestError };
}

/** The columns of one figure, as people read them. */
export interface ResidualRow {
  readonly use: "fitted" | "held out";
  readonly kind: EnginePoint["kind"];
  /** Tokens per second and GPU, or seconds. */
  readonly published: string;
  readonly predicted: string;
  readonly error: string;
  readonly source: string;
}

export const residualRow = ({ point, ...residual }: PointResidual): ResidualRow => ({
  use: point.heldOut ? "held out" : "fitted",
  kind: point.kind,
  published: figure(point, residual.observedMs),
  predicted: figure(point, residual.predictedMs),
  error: `${residual.error < 0 ? "-" : "+"}${(100 * Math.abs(residual.error)).toFixed(1)} %`,
  source: point.source,
});

const figure = ({ kind }: EnginePoint, ms: number): string =>
  kind === "first-token" ? `${(ms / 1_000).toFixed(1)} s` : `${(1_000 / ms).toFixed(1)} tok/s/GPU`;
