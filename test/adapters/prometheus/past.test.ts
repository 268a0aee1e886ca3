import { afterEach, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../../src/adapters/prometheus/client.ts";
import { createPrometheusPast } from "../../../src/adapters/prometheus/past.ts";
import { DAY_MS, epochMs, millis } from "../../../src/core/units.ts";
import { aFleet } from "./a-fleet.ts";
import { answering, startStub } from "./stub-server.ts";
import type { Handler, StubServer } from "./stub-server.ts";

const FROM = epochMs(1_793_577_600_000);
const RANGE = { from: FROM, to: epochMs(FROM + 2 * 60_000), stepMs: millis(60_000) };

const client = createPrometheusClient({ deadlineMs: millis(5_000), concurrencyPerOrigin: 4 });
let stubs: StubServer[] = [];
afterEach(async () => {
  for (const stub of stubs) await stub.stop();
  stubs = [];
});

async function pastOn(handler: Handler) {
  const stub = await startStub(handler);
  stubs.push(stub);
  const endpoint = { url: stub.url, headers: {}, credentials: {} };
  const past = createPrometheusPast({
    client,
    endpointOf: () => Promise.resolve(endpoint),
    promptBuckets: () => Promise.resolve([]),
  });
  return { past, stub };
}

/** Every part has its value at the first instant and at the last. */
const everyPart: Handler = ({ form }, response) => {
  const parts = [...(form.get("query") ?? "").matchAll(/"breakwater_part", "([^"]+)"/g)];
  const start = Number(form.get("start"));
  const result = parts.map(([, part]) => ({
    metric: { breakwater_part: part },
    values: [
      [start, "2"],
      [Number(form.get("end")), "3"],
    ],
  }));
  const data = { resultType: "matrix", result };
  response.writeHead(200).end(JSON.stringify({ status: "success", data }));
};

describe("the past of a fleet", () => {
  it("is told at the instants at which anything is known of it", async () => {
    const { past } = await pastOn(everyPart);
    const found = await past.fleet(aFleet(), RANGE);
    expect(found.map(({ at }) => at)).toEqual([RANGE.from, RANGE.to]);
    expect(found[1]?.seen).toMatchObject({
      key: "agents/coder",
      signals: { arrivals: { value: 3 }, ttftP50: { value: 3 }, servedTurns: { value: 3 } },
      objectives: [{ name: "ttft", share: { value: 3 } }],
    });
  });

  it("is asked for a day at a time, and no instant twice", async () => {
    const { past, stub } = await pastOn(everyPart);
    const to = epochMs(FROM + 2.5 * DAY_MS);
    await past.fleet(aFleet(), { ...RANGE, to });
    const asked = stub.received
      .filter(({ form }) => form.get("query")?.includes("objective-0"))
      .map(({ form }) => [Number(form.get("start")), Number(form.get("end"))]);
    const day = 86_400;
    const first = FROM / 1_000;
    expect(asked).toEqual([
      [first, first + day - 60],
      [first + day, first + 2 * day - 60],
      [first + 2 * day, first + 2.5 * day],
    ]);
  });

  it("is nothing where nothing was recorded", async () => {
    const empty = JSON.stringify({
      status: "success",
      data: { resultType: "matrix", result: [] },
    });
    const { past } = await pastOn(answering(200, empty));
    expect(await past.fleet(aFleet(), RANGE)).toEqual([]);
    expect(await past.racks("gb200", RANGE)).toEqual([]);
  });

  it("raises a PortError where the server fails", async () => {
    const { past } = await pastOn(answering(500, ""));
    const refused = { name: "PortError", code: "server-error" };
    await expect(past.fleet(aFleet(), RANGE)).rejects.toMatchObject(refused);
    await expect(past.racks("gb200", RANGE)).rejects.toMatchObject(refused);
  });
});

describe("the racks of a pool", () => {
  it("are those that Breakwater's own metric asks for", async () => {
    const values = [[FROM / 1_000, "4"]];
    const data = { resultType: "matrix", result: [{ metric: {}, values }] };
    const { past, stub } = await pastOn(
      answering(200, JSON.stringify({ status: "success", data })),
    );
    expect(await past.racks("gb200", RANGE)).toEqual([{ at: FROM, racks: 4 }]);
    expect(stub.received[0]?.form.get("query")).toBe(
      'max(breakwater_pool_desired_racks{pool="gb200"})',
    );
  });
});
