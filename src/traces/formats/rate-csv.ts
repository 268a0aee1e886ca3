/**
 * Recorded rates, CSV: `t_s,req_per_s`, or `timestamp,value` with counts per five minutes as the
 * Numenta Anomaly Benchmark has them (numenta/NAB).
 */
import { LineFault, quoted } from "../diagnostics.ts";
import type { RateRecord } from "../records.ts";
import { amountIn, cellsOf } from "./csv.ts";
import type { Cell } from "./csv.ts";
import { InstantReader, nsBetween } from "./date-time.ts";
import type { Instant } from "./date-time.ts";
import type { LineFormat, LineParser } from "./format.ts";
import { TimeOrder } from "./time-order.ts";

const SECONDS_HEADER = ["t_s", "req_per_s"];
const STAMP_HEADER = ["timestamp", "value"];
/** NAB counts per five minutes. */
const COUNT_SECONDS = 300;
const NS_PER_SECOND = 1e9;

export const rateCsvFormat: LineFormat<RateRecord> = {
  name: "rate-csv",
  open: () => new RateParser(),
};

class RateParser implements LineParser<RateRecord> {
  #names: readonly string[] | null = null;
  #zero: Instant | null = null;
  readonly #instants = new InstantReader();
  readonly #order = new TimeOrder();

  parse(text: string): RateRecord | null {
    if (this.#names === null) {
      this.#names = namesIn(text);
      return null;
    }
    const [time, value] = cellsOf(text, this.#names);
    const amount = amountIn(present(value));
    if (this.#names === SECONDS_HEADER) {
      const atSeconds = this.#order.next(amountIn(present(time)), "s", 0);
      return { atSeconds, perSecond: amount };
    }
    const atSeconds = this.#order.next(this.#secondsAt(present(time)), "s", 0);
    return { atSeconds, perSecond: amount / COUNT_SECONDS };
  }

  #secondsAt(cell: Cell): number {
    const instant = this.#instants.read(cell);
    this.#zero ??= instant;
    return nsBetween(this.#zero, instant) / NS_PER_SECOND;
  }
}

/** There is one cell a name. */
const present = (cell: Cell | undefined): Cell => cell ?? { text: "", at: 0, name: "column" };

function namesIn(header: string): readonly string[] {
  const found = header.split(",").map((name) => name.trim());
  const names = [SECONDS_HEADER, STAMP_HEADER].find((known) => String(known) === String(found));
  if (names !== undefined) return names;
  const expected = `the header ${String(SECONDS_HEADER)} or ${String(STAMP_HEADER)}`;
  throw new LineFault({ code: "TRC007", found: quoted(header), expected });
}
