/** What every turn of a recording has in common with turns before it. */
import type { TurnTemplates } from "../../traces/turn-templates.ts";
import { FirstUses } from "./first-uses.ts";

/** One entry a row of the templates; -1 where there is no such row. */
export interface TurnRelations {
  /** The row with which a path has most in common, and how many blocks: among all rows before. */
  readonly base: Int32Array;
  readonly baseBlocks: Int32Array;
  /** The turn that this one follows in its session, and what its prompt has in common with that. */
  readonly previous: Int32Array;
  readonly sharedBlocks: Int32Array;
  /** The session, in the order of their first turns. */
  readonly session: Int32Array;
}

/**
 * @param sessionIds of a recording whose turns wait for none but the clock: whose each is; absent:
 *   who follows whom is what the templates say
 */
export function turnRelations(
  templates: TurnTemplates,
  sessionIds: readonly string[] | null = null,
): TurnRelations {
  const rows = templates.rows.inputTokens.length;
  const empty = (): Int32Array => new Int32Array(rows).fill(-1);
  const relations = {
    base: empty(),
    baseBlocks: new Int32Array(rows),
    previous: empty(),
    sharedBlocks: new Int32Array(rows),
    session: sessionIds === null ? sessionsByTemplate(templates) : sessionsById(sessionIds),
  };
  findBases(templates, relations);
  if (sessionIds === null) followTemplates(templates, relations);
  else followIds(relations);
  for (let row = 0; row < rows; row += 1) settle(templates, relations, row);
  return relations;
}

function sessionsByTemplate({ sessions, rows }: TurnTemplates): Int32Array {
  const session = new Int32Array(rows.inputTokens.length);
  for (const [at, first] of sessions.firstRow.entries()) {
    session.fill(at, first, first + (sessions.rowCount[at] ?? 0));
  }
  return session;
}

function sessionsById(ids: readonly string[]): Int32Array {
  const known = new Map<string, number>();
  return Int32Array.from(ids, (id) => {
    const session = known.get(id) ?? known.size;
    known.set(id, session);
    return session;
  });
}

function findBases(templates: TurnTemplates, { base, baseBlocks }: TurnRelations): void {
  const { rows, chains } = templates;
  const uses = new FirstUses(chains);
  for (let row = 0; row < base.length; row += 1) {
    const path = { chain: rows.fullChain[row] ?? -1, blocks: rows.fullBlocks[row] ?? 0 };
    const found = uses.add(row, path);
    base[row] = found.row;
    baseBlocks[row] = found.blocks;
  }
}

/** Of those that a turn waits for, it follows the one it has most in common with. */
function followTemplates(templates: TurnTemplates, relations: TurnRelations): void {
  const { rows } = templates;
  for (let before = 0; before < relations.base.length; before += 1) {
    const from = rows.successorStart[before] ?? 0;
    const to = rows.successorStart[before + 1] ?? from;
    for (const row of rows.successors.subarray(from, to)) {
      if (row <= before) continue;
      const shared = commonBlocks(templates, before, row);
      const follows = (relations.previous[row] ?? -1) < 0;
      if (!follows && shared <= (relations.sharedBlocks[row] ?? 0)) continue;
      relations.previous[row] = before;
      relations.sharedBlocks[row] = shared;
    }
  }
}

function followIds({ session, previous }: TurnRelations): void {
  const last = new Map<number, number>();
  for (const [row, of] of session.entries()) {
    previous[row] = last.get(of) ?? -1;
    last.set(of, row);
  }
}

/**
 * Sessions have asides: a short prompt of another kind, after which the conversation goes on. A
 * turn that continues all of an older prompt follows that one if it is the longer of the two. What
 * forks from a turn that another continues, with a shorter prompt, is a new agent: it follows none.
 */
function settle(templates: TurnTemplates, relations: TurnRelations, row: number): void {
  const { previous, base, baseBlocks, session, sharedBlocks } = relations;
  const { rows } = templates;
  const before = previous[row] ?? -1;
  if (before < 0) return;
  const older = base[row] ?? -1;
  const prompt = (of: number): number => rows.promptBlocks[of] ?? 0;
  const resumes =
    older >= 0 &&
    session[older] === session[row] &&
    (baseBlocks[row] ?? 0) >= prompt(older) - 1 &&
    prompt(older) > prompt(before) &&
    prompt(older) <= prompt(row);
  if (resumes) previous[row] = older;
  const shared = commonBlocks(templates, previous[row] ?? -1, row);
  sharedBlocks[row] = shared;
  const forks = (rows.successorStart[before + 1] ?? 0) - (rows.successorStart[before] ?? 0) > 1;
  if (forks && shared < prompt(before) && prompt(row) < prompt(before)) previous[row] = -1;
}

/** @returns leading blocks of the later row's prompt that the earlier's prompt and answer have */
function commonBlocks({ rows, chains }: TurnTemplates, earlier: number, later: number): number {
  const reached = new Map<number, number>();
  let depth = rows.fullBlocks[earlier] ?? 0;
  for (let at = rows.fullChain[earlier] ?? -1; at >= 0; at = chains.parent[at] ?? -1) {
    const from = chains.from[at] ?? 0;
    if (depth > from) reached.set(at, depth);
    depth = Math.min(depth, from);
  }
  depth = rows.promptBlocks[later] ?? 0;
  for (let at = rows.promptChain[later] ?? -1; at >= 0; at = chains.parent[at] ?? -1) {
    const from = chains.from[at] ?? 0;
    const both = Math.min(depth, reached.get(at) ?? 0);
    if (both > from) return both;
    depth = Math.min(depth, from);
  }
  return 0;
}
