/**
 * Least squares over published figures: relative errors, no negative cost, and a weak pull towards
 * a prior, so that a cost about which no figure says anything keeps its physical estimate.
 */
import type { EngineCosts, EnginePoint } from "./engine-costs.ts";
import { COST_NAMES, costEquation } from "./engine-costs.ts";

/** A full relative deviation from the prior weighs like this much of a figure's. */
const PRIOR_WEIGHT = 0.001;

interface Row {
  readonly weights: readonly number[];
  readonly target: number;
}

/**
 * @returns the costs of least squared relative error over the figures not held out
 * @throws RangeError when nothing is left to fit
 */
export function fitCosts(points: readonly EnginePoint[], prior: EngineCosts): EngineCosts {
  const fitted = points.filter(({ heldOut }) => !heldOut);
  if (fitted.length === 0) throw new RangeError("no point to fit: all are held out");
  const rows = [...fitted.map(relativeRow(prior)), ...COST_NAMES.map(priorRow)];
  const best = subsets(COST_NAMES.length)
    .map((free) => solution(rows, free))
    .filter(({ factors }) => factors.every((factor) => factor >= 0))
    .reduce((a, b) => (b.squares < a.squares ? b : a));
  const scaled = (name: keyof EngineCosts): number =>
    prior[name] * (best.factors[COST_NAMES.indexOf(name)] ?? 0);
  return {
    iterationMs: scaled("iterationMs"),
    prefillTokenGpuUs: scaled("prefillTokenGpuUs"),
    prefillPairGpuNs: scaled("prefillPairGpuNs"),
    decodeSequenceGpuUs: scaled("decodeSequenceGpuUs"),
    decodeContextGpuNs: scaled("decodeContextGpuNs"),
  };
}

/** Unknowns are factors of the prior: all of one size. */
const relativeRow =
  (prior: EngineCosts) =>
  (point: EnginePoint): Row => {
    const { weights, observedMs } = costEquation(point);
    const scaled = COST_NAMES.map(
      (name, index) => ((weights[index] ?? 0) * prior[name]) / observedMs,
    );
    return { weights: scaled, target: 1 };
  };

function priorRow(_name: keyof EngineCosts, index: number): Row {
  const weight = Math.sqrt(PRIOR_WEIGHT);
  return { weights: COST_NAMES.map((_, at) => (at === index ? weight : 0)), target: weight };
}

/** Every choice of unknowns that are free; the others are 0. All of them is the last. */
function subsets(size: number): readonly (readonly number[])[] {
  const all: (readonly number[])[] = [[]];
  for (let index = 0; index < size; index += 1) {
    all.push(...all.map((chosen) => [...chosen, index]));
  }
  return all;
}

interface Solution {
  readonly factors: readonly number[];
  readonly squares: number;
}

function solution(rows: readonly Row[], free: readonly number[]): Solution {
  const normal = free.map((i) => free.map((j) => sumOver(rows, (row) => at(row, i) * at(row, j))));
  const right = free.map((i) => sumOver(rows, (row) => at(row, i) * row.target));
  const solved = solve(normal, right);
  const factors = COST_NAMES.map((_, index) => {
    const position = free.indexOf(index);
    return position < 0 ? 0 : (solved[position] ?? 0);
  });
  const squares = sumOver(rows, (row) => {
    const error = factors.reduce((sum, x, index) => sum + x * at(row, index), -row.target);
    return error * error;
  });
  return { factors, squares };
}

const at = ({ weights }: Row, index: number): number => weights[index] ?? 0;

const sumOver = (rows: readonly Row[], of: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0);

/** Gauss-Jordan without pivoting: the prior keeps the matrix positive definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index] ?? 0]);
  for (const [index, pivotRow] of rows.entries()) {
    const pivot = pivotRow[index] ?? 1;
    for (let column = index; column < pivotRow.length; column += 1) {
      pivotRow[column] = (pivotRow[column] ?? 0) / pivot;
    }
    for (const other of rows) if (other !== pivotRow) eliminate(other, pivotRow, index);
  }
  return rows.map((row) => row.at(-1) ?? 0);
}

function eliminate(row: number[], pivotRow: readonly number[], index: number): void {
  const factor = row[index] ?? 0;
  for (let column = index; column < row.length; column += 1) {
    row[column] = (row[column] ?? 0) - factor * (pivotRow[column] ?? 0);
  }
}
