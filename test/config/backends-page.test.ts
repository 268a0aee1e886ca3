import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { compilePool } from "../../src/config/compile-pool.ts";
import { BACKEND_TRAITS } from "../../src/core/racks/backends.ts";

const PAGE = readFileSync(new URL("../../docs/backends.md", import.meta.url), "utf8");
const EXAMPLES = [...PAGE.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, text = ""]) =>
  parseAllDocuments(text).map((document): unknown => document.toJS()),
);

describe("the page about backends", () => {
  it("shows RackPools that compile, of every kind that it writes of", () => {
    const compiled = EXAMPLES.map((example) => compilePool(example));
    expect(compiled.flatMap((pool) => (pool.ok ? [] : pool.errors))).toEqual([]);
    const shown = new Set(compiled.flatMap((pool) => (pool.ok ? [pool.value.backend.kind] : [])));
    const written = [...PAGE.matchAll(/^## ([a-z-]+)\n\n(?!##)/gm)].map(([, kind = ""]) => kind);
    expect([...shown].toSorted()).toEqual(written.toSorted());
  });

  it("says of each kind what it was proven against", () => {
    const rows = [...PAGE.matchAll(/^\| `([a-z-]+)` \|.*\| (\w+)(?: \([^|]*\))? \|$/gm)];
    const said = Object.fromEntries(rows.map(([, kind = "", proof]) => [kind, proof]));
    const { simulated: _simulated, ...traits } = BACKEND_TRAITS;
    const proofs = Object.entries(traits).map(([kind, { proof }]) => [kind, proof] as const);
    expect(said).toMatchObject(Object.fromEntries(proofs));
  });
});
