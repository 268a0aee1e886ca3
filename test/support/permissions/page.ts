/** The table of `docs/permissions.md`. */
import type { Deed } from "./deed.ts";
import { ON_DECISIONS } from "./on-decisions.ts";
import { ON_FLEETS } from "./on-fleets.ts";
import { BESIDE_THEM, ON_OVERRIDES, ON_POOLS } from "./on-the-rest.ts";
import { PEOPLE } from "./people.ts";

export const DEEDS: readonly Deed[] = [
  ...ON_DECISIONS,
  ...ON_FLEETS,
  ...ON_POOLS,
  ...ON_OVERRIDES,
  ...BESIDE_THEM,
];

/** @returns the table as Markdown, a row for each deed */
export function permissionTable(): string {
  const lines = [
    `| | | ${PEOPLE.join(" | ")} |`,
    `|---|---|${PEOPLE.map(() => ":-:").join("|")}|`,
    ...DEEDS.map(rowOf),
  ];
  return `${lines.join("\n")}\n`;
}

function rowOf({ about, deed, by }: Deed, index: number): string {
  const first = DEEDS[index - 1]?.about === about ? "" : `**${about}**`;
  const cells = PEOPLE.map((person) => (by.includes(person) ? "yes" : "–"));
  return `| ${first} | ${deed} | ${cells.join(" | ")} |`;
}
