import { el, keyedList, setAttribute, setText, type Panel } from "./dom.ts";

export type Tone = "good" | "bad" | "warn" | "quiet" | "plain";

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  /** Where a click leads, on this page. */
  readonly href?: string;
}

export interface Row {
  readonly key: string;
  readonly cells: readonly (Cell | string)[];
}

export interface TableOptions {
  readonly caption: string;
  readonly columns: readonly string[];
  /** Shown in place of rows when there are none. */
  readonly empty: string;
}

/**
 * @returns a table whose first column names the row. Roles are spelled out, because the style sheet
 * lays rows out as blocks where there is no room, and some browsers then forget what they are.
 */
export function textTable({ caption, columns, empty }: TableOptions): Panel<readonly Row[]> {
  const body = el("tbody", { role: "rowgroup" });
  const nothing = el("p", { class: "empty" }, empty);
  const names = el("tr", { role: "row" }, ...columns.map((name) => header(name)));
  const head = el("thead", { role: "rowgroup" }, names);
  const title = el("caption", { class: "hidden" }, caption);
  const table = el("table", { role: "table" }, title, head, body);
  const showRows = keyedList<Row>(body, {
    key: ({ key }) => key,
    create: () => rowPanel(columns),
  });
  return {
    element: el("div", { class: "table" }, table, nothing),
    update: (rows) => {
      showRows(rows);
      table.hidden = rows.length === 0;
      nothing.hidden = rows.length > 0;
    },
  };
}

const header = (name: string): HTMLElement =>
  el("th", { scope: "col", role: "columnheader" }, name);

function rowPanel(columns: readonly string[]): Panel<Row> {
  const cells = columns.map((name, index) =>
    index === 0
      ? el("th", { scope: "row", role: "rowheader" })
      : el("td", { role: "cell", "data-column": name }),
  );
  return {
    element: el("tr", { role: "row" }, ...cells),
    update: (row) => {
      for (const [index, cell] of cells.entries()) show(cell, row.cells[index] ?? "");
    },
  };
}

function show(element: HTMLElement, cell: Cell | string): void {
  const { text, tone = "plain", href } = typeof cell === "string" ? plainCell(cell) : cell;
  setAttribute(element, "data-tone", tone);
  if (href === undefined) return setText(element, text);
  const link = element.querySelector("a") ?? el("a");
  if (link.parentElement !== element) element.replaceChildren(link);
  setAttribute(link, "href", href);
  setText(link, text);
}

const plainCell = (text: string): Cell => ({ text });
