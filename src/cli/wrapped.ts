export interface Margins {
  readonly columns: number;
  /** Before the first line. */
  readonly first: string;
  /** Before every other line. */
  readonly rest: string;
}

/** @returns the text broken at spaces into lines of at most `columns`; longer words stay whole */
export function wrapped(text: string, { columns, first, rest }: Margins): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    const longer = empty ? `${line}${word}` : `${line} ${word}`;
    if (longer.length > columns && !empty) {
      lines.push(line);
      line = `${rest}${word}`;
    } else {
      line = longer;
    }
    empty = false;
  }
  return [...lines, line].join("\n");
}
