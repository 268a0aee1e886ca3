/** What a file is, judged by its first line: for messages, and where no format is named. */
import type { TraceFormatName } from "./format.ts";

export interface FormatGuess {
  readonly name: TraceFormatName | UnreadableName;
  /** What to do about it, to be put behind what was expected. */
  readonly hint: string;
}

/** Files that people have and that are not read as they are. */
type UnreadableName = "Parquet" | "HTML" | "Qwen Bailian" | "a JSON array";

const READABLE: readonly (readonly [RegExp, TraceFormatName])[] = [
  [/^\s*\{.*"breakwaterTrace"/, "breakwater"],
  [/^\s*\{.*"hash_ids"/, "mooncake"],
  [/^\s*\{.*"input_length"/, "mooncake"],
  [/^\s*\{.*"block".*"r"\s*:\s*\[/, "agent-sessions"],
  [/^TIMESTAMP,.*ContextTokens/i, "azure-llm"],
  [/^Timestamp,.*Request tokens/i, "burstgpt"],
  [/^(t_s,req_per_s|timestamp,value)\s*$/i, "rate-csv"],
  [/^[\d.]+,[\d.]+,[\d.]*,(Gamma|Weibull|Exponential)?,/i, "servegen-rate"],
];

const UNREADABLE: readonly (readonly [RegExp, UnreadableName, hint: string])[] = [
  [/^PAR1/, "Parquet", ": convert it to CSV first"],
  [/^\s*<(!doctype|html)/i, "HTML", ": a download page was saved instead of the file"],
  [/^\s*\{.*"parent_chat_id"/, "Qwen Bailian", ": this format is not read"],
  [/^\s*\[/, "a JSON array", ": one object a line"],
];

/** @returns the likely format of a file that begins with this line, or null */
export function guessFormat(line: string): FormatGuess | null {
  for (const [pattern, name, hint] of UNREADABLE) if (pattern.test(line)) return { name, hint };
  for (const [pattern, name] of READABLE) {
    if (pattern.test(line)) return { name, hint: `: name ${name} instead` };
  }
  return null;
}
