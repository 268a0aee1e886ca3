/**
 * BurstGPT (HPMLL/BurstGPT), CSV: seconds since midnight of the first day, and since release 2 a
 * session and an elapsed time, which are not needed: prompts of a session are not recorded, so
 * nothing says what they share. Failed requests have 0 response tokens; they are kept as load.
 */
import { LineFault, quoted } from "../diagnostics.ts";
import type { TurnRecord } from "../records.ts";
import { amountIn, cellsOf, tokensIn } from "./csv.ts";
import type { Cell } from "./csv.ts";
import type { LineFormat, LineParser } from "./format.ts";
import { TimeOrder } from "./time-order.ts";

const NEEDED = ["Timestamp", "Request tokens", "Response tokens"] as const;
const NS_PER_SECOND = 1e9;

export const burstGptFormat: LineFormat<TurnRecord> = {
  name: "burstgpt",
  open: () => new BurstGptParser(),
};

class BurstGptParser implements LineParser<TurnRecord> {
  #names: readonly string[] | null = null;
  #zeroSeconds: number | null = null;
  readonly #order = new TimeOrder(NS_PER_SECOND);

  parse(text: string): TurnRecord | null {
    if (this.#names === null) {
      this.#names = namesIn(text);
      return null;
    }
    const cells = cellsOf(text, this.#names);
    const [at, input, output] = NEEDED.map((name) => cells.find((cell) => cell.name === name));
    const inputTokens = tokensIn(present(input));
    const outputTokens = tokensIn(present(output));
    const seconds = this.#order.next(amountIn(present(at)), "s", at?.at ?? 0);
    this.#zeroSeconds ??= seconds;
    const atNs = Math.round((seconds - this.#zeroSeconds) * NS_PER_SECOND);
    return { atNs, inputTokens, outputTokens, hashIds: null };
  }
}

/** The header was checked, so every cell is there. */
const present = (cell: Cell | undefined): Cell => cell ?? { text: "", at: 0, name: "column" };

function namesIn(header: string): readonly string[] {
  const names = header.split(",").map((name) => name.trim());
  if (NEEDED.every((name) => names.includes(name))) return names;
  const expected = `a header with ${NEEDED.join(", ")}`;
  throw new LineFault({ code: "TRC007", found: quoted(header), expected });
}
