/** As much of Markdown as the rules about docs need. */

export interface Link {
  readonly line: number;
  /** As written: `docs/a.md#part`, `#part`, `https://…`. */
  readonly target: string;
}

/** A word or path in backquotes. */
export interface CodeSpan {
  readonly line: number;
  readonly text: string;
}

export interface CodeBlock {
  /** Of the first line inside. */
  readonly line: number;
  /** What follows the opening fence: `bash`, `console`, `bash exec`. */
  readonly info: string;
  readonly lines: readonly string[];
}

export interface Markdown {
  readonly path: string;
  readonly links: readonly Link[];
  readonly spans: readonly CodeSpan[];
  readonly blocks: readonly CodeBlock[];
  /** What a link may name after `#`. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^\s*(```+|~~~+)\s*(.*)$/;
const LINK = /\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)|^\s*\[[^\]]+\]:\s+(\S+)/g;

/** @returns the links, code blocks and anchors of a text; links inside code are none. */
export function parseMarkdown(path: string, text: string): Markdown {
  const { prose, blocks } = separateCode(text);
  const links = prose.flatMap((line, index) => linksOf(line, index + 1));
  const spans = prose.flatMap((line, index) => spansOf(line, index + 1));
  return { path, links, spans, blocks, anchors: anchorsOf(prose) };
}

interface Separated {
  /** All lines, those of code blocks emptied. */
  readonly prose: readonly string[];
  readonly blocks: readonly CodeBlock[];
}

function separateCode(text: string): Separated {
  const prose: string[] = [];
  const blocks: CodeBlock[] = [];
  let open: { fence: string; line: number; info: string; lines: string[] } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const [, fence = "", info = ""] = FENCE.exec(line) ?? [];
    if (open === null) {
      if (fence !== "") open = { fence, line: index + 2, info: info.trim(), lines: [] };
      prose.push(fence === "" ? line : "");
      continue;
    }
    prose.push("");
    if (fence.startsWith(open.fence)) {
      blocks.push(open);
      open = null;
    } else open.lines.push(line);
  }
  return { prose, blocks };
}

const spansOf = (prose: string, line: number): readonly CodeSpan[] =>
  [...prose.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => ({ line, text }));

function linksOf(prose: string, line: number): readonly Link[] {
  const withoutCode = prose.replaceAll(/`[^`]*`/g, (code) => "_".repeat(code.length));
  return [...withoutCode.matchAll(LINK)].map(([, inline, reference]) => {
    return { line, target: inline ?? reference ?? "" };
  });
}

function anchorsOf(prose: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    const [, heading] = /^#{1,6}\s+(.*?)\s*#*$/.exec(line) ?? [];
    if (heading !== undefined) anchors.add(firstFree(slugOf(heading), anchors));
    for (const [, id = ""] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  }
  return anchors;
}

/** The anchor that GitHub gives a heading: lower case, no punctuation, spaces as dashes. */
function slugOf(heading: string): string {
  const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
}

/** The second heading of one name is `name-1`. */
function firstFree(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug;
  let count = 1;
  while (taken.has(`${slug}-${count}`)) count += 1;
  return `${slug}-${count}`;
}
