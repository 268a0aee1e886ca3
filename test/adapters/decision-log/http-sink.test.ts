import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { httpSink } from "../../../src/adapters/decision-log/http-sink.ts";
import type { HttpSink, HttpSinkOptions } from "../../../src/adapters/decision-log/http-sink.ts";
import { virtualTimers } from "../../support/virtual-timers.ts";

let server: Server;
let statuses: number[] = [];
let bodies: string[] = [];
let tokens: (string | undefined)[] = [];

beforeEach(async () => {
  [statuses, bodies, tokens] = [[], [], []];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const status = statuses.shift() ?? 200;
      if (status === 200) bodies.push(body);
      tokens.push(request.headers.authorization);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const portOf = (found: AddressInfo | string | null): number =>
  typeof found === "object" && found !== null ? found.port : 0;

function aSink(options: Partial<HttpSinkOptions> = {}) {
  const timers = virtualTimers();
  const problems: string[] = [];
  const sink = httpSink({
    url: `http://127.0.0.1:${portOf(server.address())}/in`,
    tokenFile: null,
    timers,
    warn: (message, fields) => problems.push(`${message} ${JSON.stringify(fields)}`),
    ...options,
  });
  return { sink, timers, problems };
}

/** Lets requests on the loopback come to their end. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await nextTurn();
}

const empty = (sink: HttpSink) => () => sink.state().queued === 0;

describe("the audit sink", () => {
  it("gets every line, in order, several in one request", async () => {
    const { sink, problems } = aSink();
    for (const line of ["a", "b", "c"]) sink.offer(line);
    await until(empty(sink));
    expect(bodies.join("")).toBe("a\nb\nc\n");
    expect({ problems, state: sink.state() }).toEqual({
      problems: [],
      state: { queued: 0, lost: 0 },
    });
  });

  it.each([503, 429, 408])("is asked again after a %d, and loses nothing", async (status) => {
    statuses = [status, status];
    const { sink, timers, problems } = aSink();
    sink.offer("a");
    await until(() => problems.length === 1);
    expect(sink.state()).toEqual({ queued: 1, lost: 0 });
    await timers.advance(1_000);
    await until(() => problems.length === 2);
    sink.offer("b");
    await timers.advance(2_000);
    await until(empty(sink));
    expect(bodies.join("")).toBe("a\nb\n");
    expect(sink.state().lost).toBe(0);
  });

  it("that refuses for good costs those records, which are counted", async () => {
    statuses = [400];
    const { sink } = aSink();
    sink.offer("a");
    await until(empty(sink));
    expect(sink.state()).toEqual({ queued: 0, lost: 1 });
  });

  it("that does not answer fills its queue: what does not fit is lost and counted", async () => {
    const { sink, problems } = aSink({ url: "http://127.0.0.1:1/in", queueBytesMax: 3 });
    for (const line of ["aa", "b", "c", "d"]) sink.offer(line);
    expect(sink.state()).toEqual({ queued: 2, lost: 2 });
    await until(() => problems.some((problem) => problem.includes("does not answer well")));
    expect(problems.filter((problem) => problem.includes("full"))).toHaveLength(1);
    await sink.stop();
    sink.offer("e");
    expect(sink.state()).toEqual({ queued: 0, lost: 5 });
  });

  it("is shown the token of the moment, which no problem repeats", async () => {
    const folder = await mkdtemp(join(tmpdir(), "breakwater-sink-"));
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "s3cret\n");
    statuses = [401];
    const { sink, timers, problems } = aSink({ tokenFile });
    sink.offer("a");
    await until(empty(sink));
    expect(tokens).toEqual(["Bearer s3cret"]);
    await writeFile(tokenFile, "");
    sink.offer("b");
    await until(() => problems.some((problem) => problem.includes("token cannot be read")));
    await writeFile(tokenFile, "n3xt");
    await timers.advance(1_000);
    await until(empty(sink));
    expect(tokens.at(-1)).toBe("Bearer n3xt");
    expect(problems.join(" ")).not.toMatch(/s3cret|n3xt/);
    await rm(folder, { recursive: true });
  });
});
