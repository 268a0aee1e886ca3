/**
 * ServeGen's client chunks (alibaba/ServeGen), CSV without a header: seconds, requests per second,
 * coefficient of variation of the gaps, family of their distribution and its two parameters. Rates
 * are what is read; windows without requests leave the other columns empty. Files whose rates were
 * summed over clients, with the header `t_s,req_per_s`, are taken too.
 */
import { LineFault } from "../diagnostics.ts";
import type { RateRecord } from "../records.ts";
import { amountIn, cellsOf } from "./csv.ts";
import type { Cell } from "./csv.ts";
import type { LineFormat, LineParser } from "./format.ts";
import { TimeOrder } from "./time-order.ts";

const NAMES = ["seconds", "rate"];
const SUMMED_HEADER = "t_s,req_per_s";
/** Of a chunk's line: time, rate, CV, family, two parameters. */
const MOST_COLUMNS = 6;

export const serveGenRateFormat: LineFormat<RateRecord> = {
  name: "servegen-rate",
  open: () => new ServeGenParser(),
};

class ServeGenParser implements LineParser<RateRecord> {
  #begun = false;
  readonly #order = new TimeOrder();

  parse(text: string): RateRecord | null {
    const first = !this.#begun;
    this.#begun = true;
    if (first && text === SUMMED_HEADER) return null;
    const columns = text.split(",").length;
    if (columns > MOST_COLUMNS) {
      const expected = `2 to ${MOST_COLUMNS}`;
      throw new LineFault({ code: "TRC009", found: `${columns} columns`, expected });
    }
    const [seconds, rate] = cellsOf(text, NAMES, "ignored");
    const perSecond = amountIn(present(rate));
    const atSeconds = this.#order.next(amountIn(present(seconds)), "s", 0);
    return { atSeconds, perSecond };
  }
}

/** There is one cell a name. */
const present = (cell: Cell | undefined): Cell => cell ?? { text: "", at: 0, name: "column" };
