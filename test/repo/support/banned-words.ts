/** Words that must not be in a file, whatever its language. */
import type { Offence } from "./offence.ts";
import { lineAt, type SourceFile } from "./source-file.ts";

interface BannedWord {
  readonly pattern: RegExp;
  readonly remedy: string;
}

const UNFINISHED: BannedWord = {
  pattern: /\b(TODO|FIXME|XXX|HACK)\b/g,
  remedy: "Finish it, or say in a sentence what is missing and why that is acceptable.",
};

/** Patterns, so that this file does not name what it forbids. */
const EVERYWHERE: readonly BannedWord[] = [
  {
    pattern: /(?<![\w.-])\/(work|root|home)\/[\w.-]*/g,
    remedy: "No path of one machine: make it relative, or a placeholder such as <folder>.",
  },
  {
    pattern:
      /\bregistry(-\d)?\.[a-z0-9-]+\.[a-z]{2,}\b|\b[a-z]*[cg]r\.io\b|\b(docker|quay|pkg)\.(io|dev)\b|\b(proxy|sum)\.golang\.org\b|\bpypi\.org\b|\b(artifactory|jfrog)\.|\b(deb|archive|security)\.(debian|ubuntu)\.(org|com)\b/gi,
    remedy: "Name no registry host: where packages and images come from is the reader's setting.",
  },
];

const IN_COMMENTS: readonly BannedWord[] = [
  UNFINISHED,
  {
    pattern: /@ts-(ignore|nocheck)\b/g,
    remedy: "Fix the type; in a test that shows a compile error use @ts-expect-error.",
  },
  {
    pattern: /\b(oxlint|eslint|biome)-(disable|ignore)(?!.* -- \w)[\w-]*/g,
    remedy: "Follow the lint rule, or give the reason after ` -- `.",
  },
  {
    pattern: /\b(issue|ticket|PR) #?\d+\b/gi,
    remedy: "No history and no issue numbers in comments: say why it is so.",
  },
];

/** @returns the banned words of any text: machine paths and registry hosts. */
export const textOffences = (path: string, text: string): readonly Offence[] =>
  EVERYWHERE.flatMap((word) => find(word, path, text));

/** @returns the marks of unfinished work in a text that is not code: docs, charts, settings. */
export const unfinishedOffences = (path: string, text: string): readonly Offence[] =>
  find(UNFINISHED, path, text);

/** @returns the banned words of a code file's comments; strings may name them. */
export function commentOffences(file: SourceFile): readonly Offence[] {
  return file.comments.flatMap((comment) => {
    const before = lineAt(file.text, comment.start) - 1;
    const found = IN_COMMENTS.flatMap((word) => find(word, file.path, comment.value));
    return found.map((offence) => ({ ...offence, line: offence.line + before }));
  });
}

function find({ pattern, remedy }: BannedWord, path: string, text: string): readonly Offence[] {
  return [...text.matchAll(pattern)].map((match) => {
    return { path, line: lineAt(text, match.index), found: match[0], remedy };
  });
}
