import type { Offence } from "./offence.ts";

const PAGE = "docs/dependencies.md";
/** Package, why it, what instead, what it costs. */
const CELLS = 4;

const REMEDIES = {
  missing: `Add a row to ${PAGE}: why it, what would do instead, what it costs.`,
  stale: `Delete the row of ${PAGE}: package.json does not name the package.`,
  thin: "Fill every cell with a sentence: why it, what would do instead, what it costs.",
} as const;

interface Row {
  readonly line: number;
  readonly name: string;
  readonly cells: readonly string[];
}

/** @returns what the page's tables lack of, or have beyond, the dependencies. */
export function dependencyOffences(
  page: string,
  dependencies: readonly string[],
): readonly Offence[] {
  const rows = rowsOf(page);
  const named = rows.map((row) => row.name);
  const missing = dependencies.filter((name) => !named.includes(name));
  const stale = rows.filter((row) => !dependencies.includes(row.name));
  const thin = rows.filter((row) => row.cells.length !== CELLS || row.cells.includes(""));
  return [
    ...missing.map((found) => ({ path: PAGE, line: 0, found, remedy: REMEDIES.missing })),
    ...stale.map(({ line, name }) => at(line, name, REMEDIES.stale)),
    ...thin.map(({ line, name }) => at(line, name, REMEDIES.thin)),
  ];
}

const at = (line: number, found: string, remedy: string): Offence => {
  return { path: PAGE, line, found, remedy };
};

/** Rows whose first cell is a package name in code style. */
function rowsOf(page: string): readonly Row[] {
  return page.split("\n").flatMap((text, index) => {
    const [, name] = /^\|\s*`([^`]+)`\s*\|/.exec(text) ?? [];
    if (name === undefined) return [];
    const cells = text.split("|").slice(1, -1);
    return [{ line: index + 1, name, cells: cells.map((cell) => cell.trim()) }];
  });
}
