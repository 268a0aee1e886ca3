/**
 * Azure's LLM inference traces (AzurePublicDataset): 2023 with seven digits and no zone, 2024 with
 * six digits and `+00:00`, and the multimodal one with a column of images, which are not modelled:
 * their tokens are part of ContextTokens.
 */
import { LineFault, quoted } from "../diagnostics.ts";
import type { TurnRecord } from "../records.ts";
import { cellsOf, tokensIn } from "./csv.ts";
import type { Cell } from "./csv.ts";
import { InstantReader, nsBetween } from "./date-time.ts";
import type { Instant } from "./date-time.ts";
import type { LineFormat, LineParser } from "./format.ts";
import { TimeOrder } from "./time-order.ts";

const PLAIN = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"];
const MULTIMODAL = ["TIMESTAMP", "NumImages", "ContextTokens", "GeneratedTokens"];

export const azureLlmFormat: LineFormat<TurnRecord> = {
  name: "azure-llm",
  open: () => new AzureParser(),
};

class AzureParser implements LineParser<TurnRecord> {
  #names: readonly string[] | null = null;
  #zero: Instant | null = null;
  readonly #instants = new InstantReader();
  readonly #order = new TimeOrder(1);

  parse(text: string): TurnRecord | null {
    if (this.#names === null) {
      this.#names = namesIn(text);
      return null;
    }
    const cells = cellsOf(text, this.#names);
    const [inputTokens, outputTokens] = cells.slice(-2).map(tokensIn);
    const atNs = this.#atNs(cells[0]);
    return { atNs, inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, hashIds: null };
  }

  #atNs(cell: Cell | undefined): number {
    const instant = this.#instants.read(cell ?? { text: "", at: 0, name: "TIMESTAMP" });
    this.#zero ??= instant;
    return this.#order.next(nsBetween(this.#zero, instant), "ns", 0);
  }
}

function namesIn(header: string): readonly string[] {
  const found = header.split(",").map((name) => name.trim());
  const names = [PLAIN, MULTIMODAL].find((known) => String(known) === String(found));
  if (names !== undefined) return names;
  const expected = `the header ${String(PLAIN)}`;
  throw new LineFault({ code: "TRC007", found: quoted(header), expected });
}
