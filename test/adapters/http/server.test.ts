import { afterEach, describe, expect, it } from "vitest";
import { HttpServerError, type HttpServer } from "../../../src/adapters/http/server.ts";
import { MAX_READERS } from "../../../src/adapters/http/event-stream.ts";
import { createView } from "../../../src/adapters/http/view.ts";
import { millis } from "../../../src/core/units.ts";
import { readEvents, type EventReader } from "../../support/reports/event-reader.ts";
import { surgeTick } from "../../support/reports/surge.ts";
import { aServer } from "./support.ts";

const servers: HttpServer[] = [];
const readers: EventReader[] = [];

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  for (const server of servers.splice(0)) await server.close();
});

type View = ReturnType<typeof createView>;

async function listening(view: View, changes: Parameters<typeof aServer>[1] = {}): Promise<string> {
  const server = aServer(view, changes);
  servers.push(server);
  return (await server.listen()).url;
}

async function reading(url: string, lastEventId?: string): Promise<EventReader> {
  const reader = await readEvents(`${url}api/v1/events`, lastEventId);
  readers.push(reader);
  return reader;
}

describe("where the server may listen", () => {
  it.each(["0.0.0.0", "10.1.2.3", "::", "breakwater.example.org"])(
    "refuses %s when nobody reviews tokens, and says what to do",
    (host) => {
      const address = { host, port: 0 };
      expect(() => aServer(createView(), { address })).toThrow(HttpServerError);
      expect(() => aServer(createView(), { address })).toThrow(/bind to a loopback address/);
    },
  );

  it.each(["127.0.0.1", "127.9.9.9", "::1", "localhost"])("accepts %s", (host) => {
    expect(() => aServer(createView(), { address: { host, port: 0 } })).not.toThrow();
  });

  it("accepts any address for health and metrics, or with reviews", () => {
    const address = { host: "0.0.0.0", port: 0 };
    const review = async () => ({ allowed: false, user: "", reason: "" });
    expect(() => aServer(createView(), { address, surface: "health-and-metrics" })).not.toThrow();
    expect(() => aServer(createView(), { address, review })).not.toThrow();
  });

  it("says which address was taken", async () => {
    const url = await listening(createView());
    const second = aServer(createView(), { address: { host: "127.0.0.1", port: portOf(url) } });
    await expect(second.listen()).rejects.toThrow(
      /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    );
    await second.close();
  });
});

const portOf = (url: string): number => Number(new URL(url).port);

describe("the stream", () => {
  it("opens with a snapshot and goes on with a message per tick", async () => {
    const view = createView({ runId: "run" });
    view.tick(surgeTick(0));
    const reader = await reading(await listening(view));
    expect(await reader.next()).toMatchObject({ id: "run-1", kind: "snapshot" });
    view.tick(surgeTick(1));
    view.tickFailed("gb200-east", "timeout", "no answer");
    view.forget("gb200-east");
    const kinds = [await reader.next(), await reader.next(), await reader.next()];
    expect(kinds.map(({ id, kind }) => [id, kind])).toEqual([
      ["run-2", "tick"],
      ["run-3", "failure"],
      ["run-4", "forgotten"],
    ]);
  });

  it("resumes where a reader was, and starts anew where that is unknown", async () => {
    const view = createView({ runId: "run" });
    for (const tick of [0, 1, 2]) view.tick(surgeTick(tick));
    const url = await listening(view);
    const resumed = await reading(url, "run-1");
    const missed = [await resumed.next(), await resumed.next()];
    expect(missed.map(({ id }) => id)).toEqual(["run-2", "run-3"]);
    const restarted = await reading(url, "earlier-run-2");
    expect(await restarted.next()).toMatchObject({ id: "run-3", kind: "snapshot" });
  });

  it("sends nothing twice to a reader who is up to date", async () => {
    const view = createView({ runId: "run" });
    view.tick(surgeTick(0));
    const reader = await reading(await listening(view), "run-1");
    view.tick(surgeTick(1));
    expect(await reader.next()).toMatchObject({ id: "run-2", kind: "tick" });
  });

  it("beats, so that nothing in between takes it for dead", async () => {
    const view = createView();
    const reader = await reading(await listening(view, { heartbeatMs: millis(5) }));
    await reader.next();
    const afterBeat = reader.next();
    while (reader.comments.length === 0) await new Promise((resolve) => setImmediate(resolve));
    view.tick(surgeTick(0));
    expect(await afterBeat).toMatchObject({ kind: "tick" });
    expect(reader.comments[0]).toBe("still here");
  });

  it("carries the security headers of every other answer", async () => {
    const response = await fetch(`${await listening(createView())}api/v1/events`);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    await response.body?.cancel();
  });

  it("ends for every reader when the server closes", async () => {
    const view = createView();
    const server = aServer(view);
    const { url } = await server.listen();
    const reader = await reading(url);
    await reader.next();
    const after = reader.next();
    await server.close();
    await expect(after).rejects.toThrow("the stream has ended");
    await reader.ended;
  });

  it("refuses readers beyond its bound and takes them again when others leave", async () => {
    const url = await listening(createView());
    for (let count = 0; count < MAX_READERS; count += 1) await reading(url);
    await expect(reading(url)).rejects.toThrow("answered 503");
    readers.shift()?.close();
    let taken: EventReader | null = null;
    while (taken === null) taken = await reading(url).catch(() => null);
    expect(await taken.next()).toMatchObject({ kind: "snapshot" });
  });
});
