/** Turns that leave the prompt of the turn they follow before its end. */
import type { TurnTemplates } from "../../traces/turn-templates.ts";
import type { TurnRelations } from "./turn-relations.ts";

export interface Divergence {
  readonly row: number;
  readonly previous: number;
  readonly session: number;
  /** Leading blocks in common with the turn before. */
  readonly depthBlocks: number;
  /** What a turn that only adds to the one before would have in common with it. */
  readonly reachBlocks: number;
  /** The most in common with any turn before. */
  readonly bestBlocks: number;
  /** Whether the prompt has lost more of the turn before than it has won. */
  readonly shorter: boolean;
}

export interface Divergences {
  /** Turns that follow another. */
  readonly followers: number;
  readonly found: readonly Divergence[];
  /** Whether a turn finds the answer before it in the cache, where the recording says so. */
  readonly answersShared: boolean;
}

/**
 * A prompt's last block may hold the opening of an answer, which the next prompt closes otherwise:
 * what is lost there is no fault.
 */
const SLACK_BLOCKS = 1;
/**
 * Where so many turns that continue are shorter than the turn before and its answer, answers lose
 * their thinking on the way: then only a prompt shorter than the last one has lost its history.
 */
const OFTEN_SHORTER = 0.3;

export function divergencesOf(templates: TurnTemplates, relations: TurnRelations): Divergences {
  const { rows } = templates;
  const { previous, sharedBlocks, baseBlocks, session } = relations;
  const followers = [...previous.keys()].filter((row) => (previous[row] ?? -1) >= 0);
  const before = (row: number): number => previous[row] ?? -1;
  const promptOf = (row: number): number => rows.promptBlocks[row] ?? 0;
  const shared = (row: number): number => sharedBlocks[row] ?? 0;
  const kept = (row: number): number => Math.min(promptOf(before(row)), promptOf(row));
  const continues = (row: number): boolean => shared(row) >= kept(row) - SLACK_BLOCKS;
  const clean = followers.filter(continues);
  const answersShared = clean.some((row) => shared(row) > promptOf(before(row)) + SLACK_BLOCKS);
  const lengthOf = (row: number): number => rows.inputTokens[row] ?? 0;
  const withAnswer = (row: number): number => lengthOf(row) + (rows.outputTokens[row] ?? 0);
  const dropsAnswers = (row: number): boolean => lengthOf(row) < withAnswer(before(row));
  const often = clean.filter(dropsAnswers).length > OFTEN_SHORTER * clean.length;
  const isShorter = (row: number): boolean =>
    often ? lengthOf(row) < lengthOf(before(row)) : dropsAnswers(row);
  const found = followers
    .filter((row) => !continues(row))
    .map((row): Divergence => {
      const whole = answersShared ? (rows.fullBlocks[before(row)] ?? 0) : promptOf(before(row));
      return {
        row,
        previous: before(row),
        session: session[row] ?? -1,
        depthBlocks: shared(row),
        reachBlocks: Math.min(whole, promptOf(row)),
        bestBlocks: Math.min(baseBlocks[row] ?? 0, promptOf(row)),
        shorter: isShorter(row),
      };
    });
  return { followers: followers.length, found, answersShared };
}
