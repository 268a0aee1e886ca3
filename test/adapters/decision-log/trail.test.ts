/** From two leaders' ticks to files, an endpoint and a terminal, and what `audit` finds there. */
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { httpSink } from "../../../src/adapters/decision-log/http-sink.ts";
import { jsonlLog } from "../../../src/adapters/decision-log/jsonl-log.ts";
import { watchedLog } from "../../../src/adapters/decision-log/watched-log.ts";
import { combineTelemetry } from "../../../src/adapters/telemetry/combine.ts";
import { addAudit } from "../../../src/cli/commands/audit.ts";
import { addReplay } from "../../../src/cli/commands/replay.ts";
import { CommandFailed } from "../../../src/cli/usage-error.ts";
import { after, epochMs, millis } from "../../../src/core/units.ts";
import { controllerTicks } from "../../../src/sim/controller-ticks.ts";
import { demoWorld } from "../../../src/sim/demo-world.ts";
import { simulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import { commandRunner } from "../../support/command-line.ts";
import { sha256 } from "../../support/decision-log.ts";
import { virtualTimers } from "../../support/virtual-timers.ts";

const TICK_MS = millis(15_000);
/** Of each leader: with what a tick of the demo records, files rotate twice at this size. */
const TICKS = 20;
const FILE_BYTES_MAX = 400 * 1024;
const LEADERS = ["breakwater-a", "breakwater-b"];

let folder = "";
let printed: string[] = [];
const terminal: string[] = [];
const posted: string[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    posted.push(body);
    response.writeHead(200).end();
  });
});

const fileOf = (name: string): string => join(folder, name);
const FILES = ["log.jsonl.2", "log.jsonl.1", "log.jsonl"];
const rotated = (): readonly string[] => FILES.map(fileOf);

async function url(): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `http://127.0.0.1:${port}/`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "breakwater-trail-"));
  const world = demoWorld({ seed: 1, startAt: epochMs(1_796_112_000_000) });
  const ports = simulatedPorts(world, { digest: sha256, telemetry: combineTelemetry() });
  const sinkUrl = await url();
  for (const identity of LEADERS) {
    const timers = virtualTimers();
    const sink = httpSink({ url: sinkUrl, tokenFile: null, timers, warn: () => {} });
    const path = fileOf("log.jsonl");
    const log = watchedLog({
      log: jsonlLog({ path, digest: sha256, maxBytes: FILE_BYTES_MAX }),
      copies: [(line) => void terminal.push(line), (line) => sink.offer(line)],
      onChange: () => {},
    });
    const options = { codeVersion: "1.2.3", digest: sha256, stopwatch: () => 0, identity };
    const tick = controllerTicks({ ...ports, log }, options);
    for (let n = 0; n < TICKS; n += 1) {
      world.advanceTo(after(world.now(), TICK_MS));
      await tick();
    }
    while (sink.state().queued > 0) await nextTurn();
  }
}, 60_000);

afterAll(async () => {
  vi.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
});

const audit = commandRunner(addAudit, "audit");
const replay = commandRunner(addReplay, "replay");
const textOf = async (files: readonly string[]): Promise<string> =>
  (await Promise.all(files.map(async (file) => await readFile(file, "utf8")))).join("");

describe("what two leaders did, one after the other", () => {
  it("is one chain over three files, which says who took over", async () => {
    expect(await audit("verify", ...rotated())).toBeNull();
    expect(printed[0]).toContain(
      `${2 * TICKS} records, written by ${LEADERS.join(", ")}: as they were written`,
    );
    expect(await audit("list", ...rotated(), "--kind", "leader")).toBeNull();
    expect(printed[1]).toMatch(/breakwater-b +leader .*took over from breakwater-a/);
  });

  it("is the same at the endpoint and on the terminal, byte for byte", async () => {
    const text = await textOf(rotated());
    expect(posted.join("")).toBe(text);
    expect(`${terminal.join("\n")}\n`).toBe(text);
  });

  it("is decided again from the copy alone", async () => {
    await writeFile(fileOf("copy"), posted.join(""));
    expect(await replay(fileOf("copy"))).toBeNull();
    expect(printed[0]).toContain(`${2 * TICKS} decided again: every one bit for bit the same`);
  });

  it.each([0, 1, 2])("a bit flipped in file %d is found there, at its line", async (at) => {
    const [name = ""] = FILES.slice(at);
    const bytes = await readFile(fileOf(name));
    const middle = Math.floor(bytes.length / 2);
    const line = bytes.subarray(0, middle).toString().split("\n").length;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await writeFile(fileOf("touched"), bytes);
    const files = rotated().with(at, fileOf("touched"));
    expect(await audit("verify", ...files)).toBeInstanceOf(CommandFailed);
    expect(printed[0]).toContain(`${fileOf("touched")}:${line}: `);
  });
});
