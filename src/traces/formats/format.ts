/** The one contract of all formats: a parser that takes a file's lines in order. */

/** Names of formats, as in scenarios and on the command line. */
export const TRACE_FORMATS = [
  "mooncake",
  "azure-llm",
  "agent-sessions",
  "burstgpt",
  "servegen-rate",
  "rate-csv",
  "breakwater",
] as const;

export type TraceFormatName = (typeof TRACE_FORMATS)[number];

export interface LineFormat<Entry> {
  readonly name: TraceFormatName;
  /** @returns a parser for one file: it remembers the header and the last time */
  open(): LineParser<Entry>;
}

export interface LineParser<Entry> {
  /**
   * @param text a line that is not blank
   * @returns what it says, or null for a header
   * @throws LineFault
   */
  parse(text: string): Entry | null;
  /** The file is at its end. @throws LineFault when something is missing */
  finish?(): void;
}
