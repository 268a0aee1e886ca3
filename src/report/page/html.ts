/** HTML as values: text that is put in is escaped, so that nothing of a result becomes markup. */

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => ESCAPES[found] ?? found);

/**
 * Lines of a template are for those who write it: between tags they are nothing, elsewhere a space.
 */
const unbroken = (text: string): string =>
  text.replace(/(^|.)\n\s*(?=(.|$))/g, (_all, before: string, after: string) =>
    before === "" || before === ">" || after === "<" ? before : `${before} `,
  );

/** A template whose values are escaped, but for those that are HTML already. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const texts = strings.map((text, at) => unbroken(text) + written(parts[at]));
  return new Html(texts.join(""));
}

function written(part: Part | undefined): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  return part.map(({ text }) => text).join("");
}

export const NOTHING = new Html("");
