import { el, keyedList, setAttribute, setText, type Panel } from "./dom.ts";

export type Tone = "good" | "bad" | "warn" | "quiet" | "plain";

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
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

/** @returns a table whose first column names the row; narrow screens get one block per row. */
export function textTable({ caption, columns, empty }: TableOptions): Panel<readonly Row[]> {
  const body = el("tbody");
  const nothing = el("p", { class: "empty" }, empty);
  const head = el("thead", {}, el("tr", {}, ...columns.map((name) => header(name))));
  const table = el("table", {}, el("caption", { class: "hidden" }, caption), head, body);
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

const header = (name: string): HTMLElement => el("th", { scope: "col" }, name);

function rowPanel(columns: readonly string[]): Panel<Row> {
  const cells = columns.map((name, index) =>
    index === 0 ? el("th", { scope: "row" }) : el("td", { "data-column": name }),
  );
  return {
    element: el("tr", {}, ...cells),
    update: (row) => {
      for (const [index, cell] of cells.entries()) show(cell, row.cells[index] ?? "");
    },
  };
}

function show(element: HTMLElement, cell: Cell | string): void {
  const { text, tone = "plain" } = typeof cell === "string" ? { text: cell } : cell;
  setText(element, text);
  setAttribute(element, "data-tone", tone);
}
