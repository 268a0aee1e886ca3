import { describe, expect, it } from "vitest";
import { objectErrors, objectOffences } from "./support/doc-objects.ts";
import { parseMarkdown } from "./support/markdown.ts";
import { expectNoOffences } from "./support/offence.ts";
import { filesUnder, readText } from "./support/repository.ts";

const OVERRIDE = `apiVersion: breakwater.dev/v1alpha1
kind: FleetOverride
metadata: {name: stop, namespace: agents}
spec: {fleet: coder, pause: {out: true}, until: "2026-12-01T18:00:00Z", reason: INC-4711}
`;

describe("objects in docs", () => {
  it.each([
    ["a field that there is not", OVERRIDE.replace("reason", "why"), 1],
    ["the second of two", `${OVERRIDE}---\n${OVERRIDE.replace("2026-12-01T", "tomorrow ")}`, 1],
    ["no YAML at all", "a: [", 1],
    ["one that is right", OVERRIDE, 0],
    ["a fragment", "mode: {scaleOut: Sometimes}", 0],
    ["somebody else's", "apiVersion: v1\nkind: Pod\nspec: 3", 0],
  ])("with %s", (_what, yaml, errors) => {
    expect(objectErrors(yaml).length > 0).toBe(errors > 0);
  });

  it("are accepted as they stand", () => {
    const pages = filesUnder("").filter((path) => path.endsWith(".md"));
    expectNoOffences(pages.flatMap((path) => objectOffences(parseMarkdown(path, readText(path)))));
  });

  it.each(filesUnder("docs/examples").filter((path) => path.endsWith(".yaml")))("%s", (path) => {
    expect(objectErrors(readText(path))).toEqual([]);
  });
});
