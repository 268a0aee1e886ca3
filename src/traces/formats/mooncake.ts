/**
 * Mooncake's open traces (kvcache-ai/Mooncake, FAST25), JSON lines: `timestamp` in ms,
 * `input_length` and `output_length` in tokens, `hash_ids` of the prompt's blocks. An id stands for
 * a block and all before it; the last id may be that of a partly filled block. `session_id`, which
 * later recordings in this format have, says whose turn it is; only diagnosis asks for it.
 */
import { LineFault } from "../diagnostics.ts";
import type { TurnRecord } from "../records.ts";
import type { LineFormat } from "./format.ts";
import { fieldOf, fieldsOf, jsonAmount, jsonCount, jsonList } from "./json-line.ts";
import type { JsonFields } from "./json-line.ts";
import { TimeOrder } from "./time-order.ts";

/** Tokens of a block in the published files. */
export const MOONCAKE_BLOCK_TOKENS = 512;
const NS_PER_MS = 1e6;

/** @param blockTokens how many tokens one of the file's ids stands for */
export function mooncakeFormat(blockTokens = MOONCAKE_BLOCK_TOKENS): LineFormat<TurnRecord> {
  return {
    name: "mooncake",
    open: () => {
      const order = new TimeOrder(NS_PER_MS);
      return { parse: (text) => turnIn(text, order, blockTokens) };
    },
  };
}

function turnIn(text: string, order: TimeOrder, blockTokens: number): TurnRecord {
  const fields = fieldsOf(text);
  const timestamp = fieldOf(text, fields, "timestamp");
  const inputTokens = jsonCount(fieldOf(text, fields, "input_length"));
  const outputTokens = jsonCount(fieldOf(text, fields, "output_length"));
  const hashIds = hashIdsIn(text, fields, Math.ceil(inputTokens / blockTokens));
  // Last, so that a line that is skipped for another reason does not move the clock.
  const atMs = order.next(jsonAmount(timestamp), "ms", timestamp.at);
  const turn = { atNs: Math.round(atMs * NS_PER_MS), inputTokens, outputTokens, hashIds };
  const session = fields["session_id"];
  const named = typeof session === "string" || typeof session === "number";
  return named ? { ...turn, session: String(session) } : turn;
}

/** The id of the partly filled block is not always there. */
function hashIdsIn(text: string, fields: JsonFields, blocks: number): readonly number[] {
  const field = fieldOf(text, fields, "hash_ids");
  const { at } = field;
  const ids = jsonList(field).map((value, i) => {
    if (typeof value === "number" && value >= 0 && Number.isSafeInteger(value)) return value;
    const id = jsonAmount({ value, name: `hash_ids[${i}]`, at });
    throw new LineFault({
      code: "TRC011",
      at,
      found: `${id} in hash_ids[${i}]`,
      expected: "an id",
    });
  });
  if (ids.length === blocks || ids.length === blocks - 1) return ids;
  const expected = `${blocks}, one a block of input_length`;
  throw new LineFault({ code: "TRC013", at, found: `${ids.length} hash_ids`, expected });
}
