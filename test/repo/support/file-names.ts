import type { Offence } from "./offence.ts";

/** Names that say nothing about what is inside; as a whole name or as a word of one. */
const EMPTY_WORDS = /^(utils?|helpers?|common|managers?|misc)$/;
/** "data" says nothing alone, and something in `metadata-only.ts`. */
const EMPTY_NAME = "data";

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Names that other programs or customs prescribe. */
const PRESCRIBED: readonly string[] = ["README.md", "CONTRIBUTING.md", "LICENSE", "Dockerfile"];

/** Pages that are found by the name of their alert, which Prometheus' customs want in this case. */
const RUNBOOK = /^docs\/runbooks\/Breakwater[A-Za-z]+\.md$/;

const KEBAB_REMEDY = "Name files and folders in kebab-case, a concept each: lead-time.ts.";
const EMPTY_REMEDY = "Name the file or folder for the concept inside, not for being useful.";

/** @returns what is wrong with the names along one path. */
export function nameOffences(path: string): readonly Offence[] {
  const names = path.split("/");
  if (PRESCRIBED.includes(names.at(-1) ?? "") || RUNBOOK.test(path)) names.pop();
  const offence = (found: string, remedy: string): Offence => ({ path, line: 0, found, remedy });
  return names.map(stemOf).flatMap((stem) => {
    if (!KEBAB.test(stem)) return [offence(stem, KEBAB_REMEDY)];
    const empty = stem === EMPTY_NAME || stem.split("-").some((word) => EMPTY_WORDS.test(word));
    return empty ? [offence(stem, EMPTY_REMEDY)] : [];
  });
}

/** `lead-time.test.ts` → `lead-time`; a leading dot is kept out. */
const stemOf = (name: string): string => name.replace(/^\./, "").split(".")[0] ?? "";
