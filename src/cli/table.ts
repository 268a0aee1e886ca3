/** How a table is written: for a terminal, or for a page. */
export type WriteTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
) => string;

/** @returns a table of GitHub's Markdown */
export const markdownTable: WriteTable = (header, rows) => {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
};

/** @returns rows aligned in columns, two spaces apart, the last column as it is */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const last = header.length - 1;
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === last ? cell : cell.padEnd(widths[at] ?? 0))).join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}
