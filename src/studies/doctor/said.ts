/** Problems that other parts put into a sentence, taken apart into the columns of a finding. */
import type { Finding } from "./finding.ts";

/** "place: found this, expected that; do this" is how every message about input is written. */
const SENTENCE = /(?:^|\. )([^.]*(?:\.[^ ][^.]*)*?): found (.+?)[,;] expected (.+?)\.?$/s;
/** What to do follows the expectation. */
const REMEDY = /^(.+?)[;:] (.+)$/s;

/**
 * @param place where the problem is, for sentences that do not say
 * @param fix what to do, for sentences that do not say
 */
export function taken(
  text: string,
  { place, fix }: { readonly place: string; readonly fix: string },
): Pick<Finding, "where" | "found" | "expected" | "fix"> {
  const [, where, found, rest] = SENTENCE.exec(text) ?? [];
  if (where === undefined || found === undefined || rest === undefined) {
    return { where: place, found: text, expected: "", fix };
  }
  const [, expected = rest, remedy = ""] = REMEDY.exec(rest) ?? [];
  return { where, found, expected, fix: fix === "" ? remedy : fix };
}
