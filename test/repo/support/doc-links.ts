import { posix } from "node:path";
import type { Markdown } from "./markdown.ts";
import type { Offence } from "./offence.ts";

const MISSING_FILE = "Correct the link, or write the page that it promises.";
const MISSING_ANCHOR = "Correct the part after #: it is the heading in lower case with dashes.";

const MISSING_PATH = "Name a file that is there, from the page's folder or from the project's.";

/** A path of ours in backquotes, or a file of code; names with a placeholder are examples. */
const OWN_PATH = /^((src|test|tools|docs|bench|charts)\/[\w./-]+|[\w./-]+\.(ts|mjs))$/;

/** Where links lead. */
export interface LinkTargets {
  readonly exists: (path: string) => boolean;
  /** The anchors of a page, or null when it is no Markdown page of the project. */
  readonly anchorsOf: (path: string) => ReadonlySet<string> | null;
}

/** @returns the relative links of a page that lead nowhere. */
export function linkOffences(page: Markdown, targets: LinkTargets): readonly Offence[] {
  const relative = page.links.filter(({ target }) => !/^([a-z]+:|\/\/)/i.test(target));
  return relative.flatMap(({ line, target }) => {
    const [file = "", anchor = ""] = target.split("#");
    const path = file === "" ? page.path : posix.join(posix.dirname(page.path), decodeURI(file));
    const offence = { path: page.path, line, found: target };
    if (!targets.exists(path)) return [{ ...offence, remedy: MISSING_FILE }];
    const anchors = anchor === "" ? null : targets.anchorsOf(path);
    if (anchors === null || anchors.has(anchor)) return [];
    return [{ ...offence, remedy: MISSING_ANCHOR }];
  });
}

/** @returns the files and folders that a page names in backquotes and that are not there. */
export function pathOffences(page: Markdown, { exists }: LinkTargets): readonly Offence[] {
  const named = page.spans.filter(({ text }) => OWN_PATH.test(text));
  return named.flatMap(({ line, text }) => {
    if (exists(text) || exists(posix.join(posix.dirname(page.path), text))) return [];
    return [{ path: page.path, line, found: text, remedy: MISSING_PATH }];
  });
}
