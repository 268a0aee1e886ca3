/** PromQL text into tokens. */

/** Thrown when a query cannot be parsed, is not simulated, or fails as it would in Prometheus. */
export class PromqlError extends Error {
  override readonly name = "PromqlError";
}

export interface Token {
  readonly kind: "word" | "number" | "duration" | "string" | "symbol" | "end";
  /** Of a string: its value. */
  readonly text: string;
  /** Characters before it. */
  readonly at: number;
}

/** In this order: a duration begins like a number. */
const RULES: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /(?:\s+|#[^\n]*)/y],
  ["duration", /(?:\d+(?:ms|[smhdwy]))+(?![a-zA-Z0-9_])/y],
  ["number", /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![a-zA-Z0-9_])/y],
  ["word", /[a-zA-Z_:][a-zA-Z0-9_:]*/y],
  ["string", /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ["symbol", /==|!=|=~|!~|>=|<=|[-+*/<>(){}[\],=@^%]/y],
];

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ["a", "\u0007"],
  ["v", "\v"],
]);

/** @throws PromqlError at a character that begins no token */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const [kind, found] = nextToken(text, at);
    if (kind !== "space") {
      tokens.push({ kind, text: kind === "string" ? unquoted(found) : found, at });
    }
    at += found.length;
  }
  return [...tokens, { kind: "end", text: "the end", at }];
}

function nextToken(text: string, at: number): readonly [Token["kind"] | "space", string] {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at;
    const [found] = rule.exec(text) ?? [];
    if (found !== undefined) return [kind, found];
  }
  const rest = JSON.stringify(text.slice(at, at + 20));
  throw new PromqlError(`at character ${at}: ${rest} begins nothing that PromQL knows`);
}

/** Go's escapes, as far as they are JSON's or name a character by one letter. */
function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith("`")) return inner;
  return inner.replaceAll(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g, (...groups) => {
    const [, long, short, letter]: readonly unknown[] = groups;
    if (typeof letter === "string") return ESCAPES.get(letter) ?? letter;
    return String.fromCharCode(Number.parseInt(String(long ?? short), 16));
  });
}
