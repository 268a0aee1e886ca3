/** When the turns of a recording use the cache: each session once, on engines that are idle. */
import type { RecordedStart } from "../../traces/sources/copies.ts";
import type { TurnTemplates } from "../../traces/turn-templates.ts";
import { walkTemplate } from "../simulation/template-walk.ts";
import type { UnloadedEngines } from "../simulation/unloaded-turn.ts";

export interface UseOrder {
  /** Rows in order of arrival; turns too large for any engine, and those behind, are left out. */
  readonly rows: Int32Array;
  /** Per row, ms since the first session began; NaN for a row that is left out. */
  readonly atMs: Float64Array;
  readonly endMs: Float64Array;
}

export type SessionStarts = Iterable<Pick<RecordedStart, "atNs" | "template">>;

const NS_PER_MS = 1e6;

export function useOrder(
  templates: TurnTemplates,
  starts: SessionStarts,
  engines: UnloadedEngines,
): UseOrder {
  const count = templates.rows.inputTokens.length;
  const atMs = new Float64Array(count).fill(Number.NaN);
  const endMs = new Float64Array(count).fill(Number.NaN);
  for (const { atNs, template } of starts) {
    const { rows, arrivalNs, endNs } = walkTemplate(templates, template, engines);
    for (const [turn, row] of rows.entries()) {
      const end = endNs[turn] ?? Number.POSITIVE_INFINITY;
      if (end === Number.POSITIVE_INFINITY) continue;
      atMs[row] = (atNs + (arrivalNs[turn] ?? 0)) / NS_PER_MS;
      endMs[row] = (atNs + end) / NS_PER_MS;
    }
  }
  const reached = [...atMs.keys()].filter((row) => !Number.isNaN(atMs[row] ?? Number.NaN));
  const at = (row: number): number => atMs[row] ?? 0;
  const rows = Int32Array.from(reached.toSorted((a, b) => at(a) - at(b) || a - b));
  return { rows, atMs, endMs };
}

/** @returns every session once, at the instants of `next`, which are in ns */
export function* startsOnce(templates: TurnTemplates, next: () => number): SessionStarts {
  for (const template of templates.sessions.firstRow.keys()) yield { atNs: next(), template };
}
