import { parseCanonical } from "../../core/canonical.ts";
import { RECORD_SCHEMA_VERSION, type DecisionRecord } from "../../core/record.ts";

/** What is shown of a record. */
export type Logged = Pick<DecisionRecord, "policy" | "observation" | "decision">;

const SHOWN = ["policy", "observation", "decision"] as const;

/** @throws Error that says what was found and what is expected of a line of a decision log. */
export function decodeLogged(text: string): Logged {
  const value = parsed(text);
  if (typeof value !== "object" || value === null) throw new Error(`found ${text.slice(0, 40)}`);
  const found = "schemaVersion" in value ? value.schemaVersion : undefined;
  if (found !== RECORD_SCHEMA_VERSION) {
    throw new Error(
      `schemaVersion is ${String(found)}, this page reads ${RECORD_SCHEMA_VERSION}: open the log ` +
        "with the console of the release that wrote it",
    );
  }
  const missing = SHOWN.filter((key) => !(key in value));
  if (missing.length > 0) throw new Error(`a record without ${missing.join(", ")}`);
  return value as Logged;
}

function parsed(text: string): unknown {
  try {
    return parseCanonical(text);
  } catch (cause) {
    throw new Error(`not JSON, expected a decision record: ${String(cause)}`, { cause });
  }
}
