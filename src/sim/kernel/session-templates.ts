import type { ChainTable, SessionSource } from "../../traces/turn-templates.ts";
import type { ChainRegistry } from "./cache-contract.ts";

/** A row has 16 words of 32 bits, the first two of which are its delay in ns as a double. */
export const ROW_SHIFT = 4;
const DELAY_SHIFT = 3;
export const ROW_INPUT = 2;
export const ROW_OUTPUT = 3;
/** Chains: from the session's first own chain on, or -2 - id for a shared one, or -1 for none. */
export const ROW_CHAIN = 4;
export const ROW_BLOCKS = 5;
export const ROW_FULL_CHAIN = 6;
export const ROW_FULL_BLOCKS = 7;
/** Place of its countdown among those of its session; -1 for rows with one predecessor. */
export const ROW_COUNTDOWN = 8;
/** How many successors it has; the first, or where they begin in `successors` if it has several. */
export const ROW_SUCCESSORS = 9;
export const ROW_SUCCESSOR = 10;
/** Of a single successor: the place of its countdown; and its delay, a double as the row's own. */
export const ROW_NEXT_COUNTDOWN = 11;
const NEXT_DELAY = 6;

/** A prefix without blocks, as a reference to a chain. */
const NO_CHAIN = -1;

/** The tables of a source as the kernel wants them: what a turn needs lies together. */
export interface SessionTemplates {
  readonly source: SessionSource;
  readonly handle: number;
  readonly rows: Int32Array;
  readonly successors: Int32Array;
  /** Countdowns that a session of each template needs; their first values are in `joins`. */
  readonly countdowns: Int32Array;
  readonly joinsFrom: Int32Array;
  readonly joins: Int32Array;
  /** `rows` as doubles: from what a row waits for to its arrival, ns, at `delayAt(row)`. */
  readonly delays: Float64Array;
}

/** @throws RangeError when a table breaks its contract */
export function compileTemplates(source: SessionSource, registry: ChainRegistry): SessionTemplates {
  const { chains, rows: table, sessions } = source.templates;
  const handle = registry.register(chains);
  const count = table.inputTokens.length;
  const rows = new Int32Array(count << ROW_SHIFT);
  const delays = new Float64Array(rows.buffer);
  for (let row = 0; row < count; row++) fillRow({ source, rows, delays }, row);
  for (let template = 0; template < sessions.firstRow.length; template++) {
    const of = { chains, registry, handle, firstChain: sessions.firstChain[template]! };
    const first = sessions.firstRow[template]!;
    for (let row = first; row < first + sessions.rowCount[template]!; row++) {
      const at = row << ROW_SHIFT;
      rows[at | ROW_CHAIN] = reference(of, table.promptChain[row]!);
      rows[at | ROW_FULL_CHAIN] = reference(of, table.fullChain[row]!);
    }
  }
  const joins = fillJoins(source, rows);
  for (let row = 0; row < count; row++) fillNext(rows, delays, row);
  return { source, handle, rows, delays, successors: table.successors, ...joins };
}

/** @returns the run-time id of a row's chain in a session, or -1. */
export function runtimeChain(reference: number, base: number): number {
  if (reference >= 0) return base + reference;
  return reference === NO_CHAIN ? -1 : -2 - reference;
}

/** @returns where the delay of the row at `row` is. */
export function delayAt(row: number): number {
  return row << DELAY_SHIFT;
}

/** @returns where the delay of the only successor of the row at `row` is. */
export function nextDelayAt(row: number): number {
  return (row << DELAY_SHIFT) + NEXT_DELAY;
}

/** What is asked for when a row ends lies in it, not in the next one. */
function fillNext(rows: Int32Array, delays: Float64Array, row: number): void {
  const at = row << ROW_SHIFT;
  if (rows[at | ROW_SUCCESSORS] !== 1) return;
  const successor = rows[at | ROW_SUCCESSOR]!;
  rows[at | ROW_NEXT_COUNTDOWN] = rows[(successor << ROW_SHIFT) | ROW_COUNTDOWN]!;
  delays[nextDelayAt(row)] = delays[delayAt(successor)]!;
}

interface Rows {
  readonly source: SessionSource;
  readonly rows: Int32Array;
  readonly delays: Float64Array;
}

function fillRow({ source, rows, delays }: Rows, row: number): void {
  const { blockTokens, rows: table } = source.templates;
  const input = table.inputTokens[row]!;
  const output = table.outputTokens[row]!;
  const blocks = table.promptBlocks[row]!;
  const fullBlocks = table.fullBlocks[row]!;
  if (input < 1 || output < 1) {
    throw new RangeError(`row ${row}: ${input} in, ${output} out; expected 1 token at least`);
  }
  if (blocks * blockTokens > input || fullBlocks < blocks) {
    throw new RangeError(`row ${row}: ${blocks} blocks do not lie within its tokens`);
  }
  const at = row << ROW_SHIFT;
  const successor = table.successorStart[row]!;
  const successors = table.successorStart[row + 1]! - successor;
  delays[delayAt(row)] = table.delayNs[row]!;
  rows[at | ROW_INPUT] = input;
  rows[at | ROW_OUTPUT] = output;
  rows[at | ROW_BLOCKS] = blocks;
  rows[at | ROW_FULL_BLOCKS] = fullBlocks;
  rows[at | ROW_COUNTDOWN] = -1;
  rows[at | ROW_SUCCESSORS] = successors;
  rows[at | ROW_SUCCESSOR] = successors === 1 ? table.successors[successor]! : successor;
}

interface SessionChains {
  readonly chains: ChainTable;
  readonly registry: ChainRegistry;
  readonly handle: number;
  readonly firstChain: number;
}

function reference(of: SessionChains, chain: number): number {
  if (chain < 0) return NO_CHAIN;
  if (of.chains.shared[chain] === 0) return chain - of.firstChain;
  return -2 - of.registry.sharedChain(of.handle, chain);
}

/** Numbers the countdowns of each template. */
function fillJoins({ templates: { rows: table, sessions } }: SessionSource, rows: Int32Array) {
  const countdowns = new Int32Array(sessions.firstRow.length);
  const joinsFrom = new Int32Array(sessions.firstRow.length);
  const joins: number[] = [];
  for (let template = 0; template < countdowns.length; template++) {
    const first = sessions.firstRow[template]!;
    joinsFrom[template] = joins.length;
    for (let row = first; row < first + sessions.rowCount[template]!; row++) {
      if (table.joins[row]! <= 1) continue;
      rows[(row << ROW_SHIFT) | ROW_COUNTDOWN] = countdowns[template]!++;
      joins.push(table.joins[row]!);
    }
  }
  return { countdowns, joinsFrom, joins: Int32Array.from(joins) };
}
