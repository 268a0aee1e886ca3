/** One thing that `doctor` found: where, what, what it should be, and how to get there. */
export const SEVERITIES = ["blocker", "warning", "ok"] as const;

/** A blocker keeps racks from being sized, or has them lost; a warning costs something. */
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  readonly severity: Severity;
  /** The check that found it, such as `access`. */
  readonly check: string;
  /** Object and field. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
  /** A command or a line of YAML; "" where all is well. */
  readonly fix: string;
}

type Found = Pick<Finding, "where" | "found" | "expected" | "fix">;

/** What one check is about: a finding without its name and severity. */
export interface Checked {
  readonly severity: Exclude<Severity, "ok">;
  readonly finding: Found;
}

export const blocker = (finding: Found): Checked => ({ severity: "blocker", finding });
export const warning = (finding: Found): Checked => ({ severity: "warning", finding });

/** "1 node", "2 nodes" */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** How many names a sentence takes before it says how many more there are. */
const NAMES_SHOWN = 3;

/** @returns "a, b, c and 5 more" */
export function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return names.length <= NAMES_SHOWN ? shown : `${shown} and ${names.length - NAMES_SHOWN} more`;
}
