import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addAudit } from "../../../src/cli/commands/audit.ts";
import { CommandFailed, UsageError } from "../../../src/cli/usage-error.ts";
import { aDecisionLog, sha256 } from "../../support/decision-log.ts";

const LOG = aDecisionLog({ ticks: 20 });

let folder = "";
let printed: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "breakwater-audit-"));
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function logged(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

/** @returns what the command throws: the program turns it into an exit status */
async function run(...argv: readonly string[]): Promise<unknown> {
  const program = new Command("breakwater").exitOverride().configureOutput({ writeErr: () => {} });
  addAudit(program);
  try {
    await program.parseAsync(["audit", ...argv], { from: "user" });
    return null;
  } catch (error) {
    return error;
  }
}

describe("breakwater audit verify", () => {
  it("says that rotated files are one log as it was written, and how it ends", async () => {
    const files = [
      await logged("log.1", LOG.slice(0, 9)),
      await logged("log", LOG.slice(9)),
    ] as const;
    expect(await run("verify", ...files)).toBeNull();
    const [head, chain, end] = (printed[0] ?? "").split("\n");
    expect(head).toBe("20 records: as they were written");
    expect(chain).toContain(`${files[0]}:1: chain begins with record 0 at 2027-`);
    expect(end).toBe(`  ends with record 19, hash ${sha256(LOG[19] ?? "")}`);
  });

  it("names file, line, record, what was found and what was expected", async () => {
    const path = await logged("log", LOG.toSpliced(4, 2));
    expect(await run("verify", path)).toEqual(new CommandFailed("the log was touched: 1 findings"));
    const lines = (printed[0] ?? "").split("\n");
    expect(lines.slice(-3)).toEqual([
      `${path}:5: removed at record 6`,
      "  found     record 6",
      "  expected  records 4 to 5 before it",
    ]);
  });

  it("misses records cut off the end only without the hash that was noted down", async () => {
    const path = await logged("log", LOG.slice(0, 15));
    const tail = sha256(LOG[19] ?? "");
    expect(await run("verify", path)).toBeNull();
    expect(await run("verify", path, "--tail", sha256(LOG[14] ?? ""))).toBeNull();
    expect(await run("verify", path, "--tail", tail)).toEqual(
      new CommandFailed(`no record has the hash ${tail}: the log was cut, or is another`),
    );
  });

  it("refuses a file that is not there, or has nothing in it", async () => {
    const missing = join(folder, "missing");
    expect(await run("verify", missing)).toEqual(
      new UsageError(`${missing} cannot be read: no such file or directory`),
    );
    expect(await run("verify", await logged("empty", []))).toBeInstanceOf(UsageError);
  });
});

describe("breakwater audit list", () => {
  /** @returns the records that entries stand in */
  const recordsOf = async (...flags: readonly string[]): Promise<readonly unknown[]> => {
    await run("list", await logged("log", LOG), "--format", "json", ...flags);
    const { entries } = Object(JSON.parse(printed.at(-1) ?? ""));
    return entries.map(({ record }: { readonly record: number }) => record);
  };

  it("says who did what, when and under which versions", async () => {
    await run("list", await logged("log", LOG), "--format", "json");
    const { entries } = Object(JSON.parse(printed.at(-1) ?? ""));
    expect(entries.at(-1)).toMatchObject({
      at: "2027-01-15T08:04:45.000Z",
      by: "controller",
      kind: "decision",
      subject: "agents/coder",
      text: "decided gb200-east-out-4: Out 4 to 7 racks: demand-forecast",
      record: 19,
    });
    await run("list", await logged("log", LOG));
    expect(printed.at(-1)).toMatch(
      /^when +who +what +of +text +record +versions\n202\d-\S+ +contr/,
    );
    await run("list", await logged("log", LOG), "--format", "markdown");
    expect(printed.at(-1)).toMatch(/^\| when \| who \|.*\n\| --- \|/);
  });

  it.each([
    ["a span before the end", ["--since", "15s"], [18, 19]],
    ["an instant", ["--since", "2099-01-01T00:00:00Z"], []],
    ["another person", ["--by", "maria"], []],
    ["another kind", ["--kind", "verdict", "override"], []],
  ])("leaves out what %s does", async (_, flags, expected) => {
    expect(await recordsOf(...flags)).toEqual(expected);
  });
});
