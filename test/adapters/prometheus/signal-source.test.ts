import { afterEach, describe, expect, it } from "vitest";
import {
  createPrometheusClient,
  type PrometheusClient,
} from "../../../src/adapters/prometheus/client.ts";
import type { PrometheusCredentials } from "../../../src/adapters/prometheus/endpoint.ts";
import {
  createPrometheusSource,
  type PrometheusSourceOptions,
} from "../../../src/adapters/prometheus/signal-source.ts";
import type { SignalReading } from "../../../src/core/observation.ts";
import { epochMs, millis } from "../../../src/core/units.ts";
import { PortError } from "../../../src/ports/errors.ts";
import type { SignalSnapshot } from "../../../src/ports/signal-source.ts";
import { aFleet } from "./a-fleet.ts";
import { answering, type Handler, startStub, type StubServer, vector } from "./stub-server.ts";

const AT = epochMs(1_700_000_000_000);

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((thing) => thing.stop()));
});

async function stub(handler: Handler): Promise<StubServer> {
  const server = await startStub(handler);
  opened.push(server);
  return server;
}

function aClient(deadlineMs = 5_000): PrometheusClient {
  const options = { deadlineMs: millis(deadlineMs), concurrencyPerOrigin: 8 };
  const client = createPrometheusClient(options);
  opened.push({ stop: () => client.close() });
  return client;
}

function aSource(url: string | null, more: Partial<PrometheusSourceOptions> = {}) {
  const credentials = { token: "the-controllers-own" };
  return createPrometheusSource({
    client: aClient(),
    defaultEndpoint: url === null ? null : { url, headers: {}, credentials },
    resolveCredentials: () => Promise.resolve({}),
    ...more,
  });
}

interface Told {
  readonly [part: string]: string | readonly string[] | undefined;
}

/** Answers each part of a batch with the value told for it, or the one for `*`. */
const telling =
  (told: Told, more: Readonly<Record<string, unknown>> = {}): Handler =>
  ({ form }, response) => {
    const parts = [...(form.get("query") ?? "").matchAll(/"breakwater_part", "([^"]+)"/g)];
    const series = parts.flatMap(([, part = ""]) =>
      [told[part] ?? told["*"] ?? []].flat().map((value) => ({
        metric: { breakwater_part: part, block_size: "16", num_gpu_blocks: "100" },
        value: [AT / 1000, value],
      })),
    );
    response.writeHead(200).end(vector(series, more));
  };

/** Everything is 0.5, sampled three seconds ago by all targets. */
const HEALTHY: Told = {
  "*": "0.5",
  "engine-coverage": "1",
  ...Object.fromEntries(
    ["ttftCount", "prompt", "generated", "running", "waiting", "kvUsage", "cacheConfig"]
      .concat(["preempted", "itlCount"])
      .map((series) => [`engine-${series}`, String(AT / 1000 - 3)]),
  ),
};

const all = ({ signals, objectives }: SignalSnapshot): readonly SignalReading[] => [
  ...Object.values(signals),
  ...objectives.map(({ share }) => share),
];

describe("a reading", () => {
  it("has the value, the time of its newest sample and the share of targets", async () => {
    const { url, received } = await stub(telling(HEALTHY));
    const snapshot = await aSource(url).read(aFleet(), AT);
    for (const reading of all(snapshot)) {
      expect(reading).toMatchObject({ observedAt: AT - 3_000, coverage: 1, degraded: null });
    }
    expect(snapshot.signals.arrivals).toMatchObject({ value: 0.5 });
    expect(snapshot.signals.kvCapacity).toMatchObject({ value: 0.5 * 16 * 100 });
    expect(new Set(received.map(({ form }) => form.get("time")))).toEqual(
      new Set([String(AT / 1000)]),
    );
  });

  it.each([
    ["NaN", Number.NaN],
    ["+Inf", Number.POSITIVE_INFINITY],
  ])("of %s is passed on: trust decides", async (text, value) => {
    const { url } = await stub(telling({ ...HEALTHY, kvUsage: text }));
    expect((await aSource(url).read(aFleet(), AT)).signals.kvUsage).toMatchObject({ value });
  });

  it("without series is absent, and not zero", async () => {
    const { url } = await stub(telling({ ...HEALTHY, kvUsage: [] }));
    const { signals } = await aSource(url).read(aFleet(), AT);
    expect(signals.kvUsage).toMatchObject({ kind: "absent", problem: "empty" });
    expect(signals.arrivals.kind).toBe("value");
  });

  it("with a value but no newest sample is absent: rates outlive their targets", async () => {
    const { url } = await stub(telling({ ...HEALTHY, "engine-prompt": [] }));
    const { signals } = await aSource(url).read(aFleet(), AT);
    expect(signals.promptTokens).toMatchObject({ kind: "absent", problem: "empty" });
  });

  it("of several series is a bad answer, never one of them", async () => {
    const { url } = await stub(telling({ ...HEALTHY, waitingTurns: ["1", "2"] }));
    const { signals } = await aSource(url).read(aFleet(), AT);
    expect(signals.waitingTurns).toEqual({
      kind: "absent",
      problem: "bad-answer",
      detail:
        "query load: expected one series for waitingTurns, found 2; aggregate it, for example " +
        "with sum()",
    });
  });

  it("keeps the share of targets that are up", async () => {
    const { url } = await stub(telling({ ...HEALTHY, "engine-coverage": "0.75" }));
    const snapshot = await aSource(url).read(aFleet(), AT);
    expect(new Set(all(snapshot).map((r) => r.kind === "value" && r.coverage))).toEqual(
      new Set([0.75]),
    );
  });

  it("without any `up` has coverage 0 and says why", async () => {
    const { url } = await stub(telling({ ...HEALTHY, "engine-coverage": [] }));
    const { signals } = await aSource(url).read(aFleet(), AT);
    expect(signals.arrivals).toMatchObject({
      coverage: 0,
      degraded: expect.stringContaining("coverage unknown: no samples for avg(up{"),
    });
  });

  it.each([
    ["warnings", { warnings: ["store b is down"] }, "store b is down"],
    ["a partial response", { isPartial: true }, "partial response"],
  ])("from an answer with %s is degraded", async (_, more, degraded) => {
    const { url } = await stub(telling(HEALTHY, more));
    for (const reading of all(await aSource(url).read(aFleet(), AT))) {
      expect(reading).toMatchObject({ kind: "value", degraded });
    }
  });

  it("of an override is in the signal's unit", async () => {
    const { url } = await stub(telling({ ...HEALTHY, value: "90", newest: String(AT / 1000 - 9) }));
    const overrides = [{ signal: "arrivals", query: "gateway:turns", unit: "turns/min" }] as const;
    const { signals } = await aSource(url).read(aFleet({ overrides }), AT);
    expect(signals.arrivals).toMatchObject({ value: 1.5, observedAt: AT - 9_000, coverage: 1 });
  });
});

describe("when Prometheus fails, every signal is absent and says why", () => {
  it.each([
    [401, "", "unauthorized"],
    [403, "", "unauthorized"],
    [404, "", "not-configured"],
    [400, "", "bad-query"],
    [422, "", "bad-query"],
    [429, "", "unreachable"],
    [500, "", "unreachable"],
    [503, '{"errorType":"timeout"}', "timeout"],
    [200, "<html>", "bad-answer"],
    [200, "{}", "bad-answer"],
    [302, "", "bad-answer"],
  ])("HTTP %i %s: %s", async (status, body, problem) => {
    const { url } = await stub(answering(status, body));
    for (const reading of all(await aSource(url).read(aFleet(), AT))) {
      expect(reading).toMatchObject({
        kind: "absent",
        problem,
        detail: expect.stringMatching(/^query \w+ at http.*\/api\/v1\/query: /),
      });
    }
  });

  it("no answer: timeout", async () => {
    const { url } = await stub(() => undefined);
    const snapshot = await aSource(url, { client: aClient(50) }).read(aFleet(), AT);
    for (const reading of all(snapshot)) expect(reading).toMatchObject({ problem: "timeout" });
  });

  it("one batch of them: the others are read", async () => {
    const healthy = telling(HEALTHY);
    const { url } = await stub((request, response) =>
      (request.form.get("query") ?? "").includes("histogram_quantile")
        ? response.writeHead(422).end()
        : healthy(request, response),
    );
    const { signals } = await aSource(url).read(aFleet(), AT);
    expect(signals.ttftP95).toMatchObject({ problem: "bad-query" });
    expect(signals.arrivals.kind).toBe("value");
  });

  it("nobody to ask: not configured", async () => {
    const { signals } = await aSource(null).read(aFleet(), AT);
    expect(signals.arrivals).toMatchObject({
      problem: "not-configured",
      detail: expect.stringContaining("agents/coder: spec.signals.prometheus is not set"),
    });
  });

  it.each([
    ["a PortError", new PortError("forbidden", "secrets is forbidden"), "unauthorized"],
    ["anything else", new Error("boom"), "bad-answer"],
  ])("credentials that raise %s: %s", async (_, error, problem) => {
    const source = aSource(null, { resolveCredentials: () => Promise.reject(error) });
    const prometheus = { url: "http://127.0.0.1:1", secretName: "s", headers: {} };
    const { signals } = await source.read(aFleet({ prometheus }), AT);
    expect(signals.arrivals).toMatchObject({ kind: "absent", problem });
  });
});

describe("a fleet with a Prometheus of its own", () => {
  const authorizations = async (secretName: string | null, credentials: PrometheusCredentials) => {
    const { url, received } = await stub(telling(HEALTHY));
    const source = aSource("http://127.0.0.1:1", {
      resolveCredentials: () => Promise.resolve(credentials),
    });
    const prometheus = { url, secretName, headers: { "X-Scope-OrgID": "team-a" } };
    await source.read(aFleet({ prometheus }), AT);
    expect(new Set(received.map(({ headers }) => headers["x-scope-orgid"]))).toEqual(
      new Set(["team-a"]),
    );
    return new Set(received.map(({ headers }) => headers.authorization));
  };

  it("is asked with the credentials of its own Secret", async () => {
    expect(await authorizations("s", { token: "the-fleets" })).toEqual(
      new Set(["Bearer the-fleets"]),
    );
  });

  it("never gets the controller's credentials", async () => {
    expect(await authorizations(null, { token: "unused" })).toEqual(new Set([undefined]));
  });
});

describe("recorded demand", () => {
  const RANGE = { at: AT, windowMs: millis(180_000), stepMs: millis(60_000) };
  const matrix = (tracks: Readonly<Record<string, readonly string[]>>) => {
    const result = Object.entries(tracks).map(([part, values]) => ({
      metric: { breakwater_part: part },
      values: values.map((value, i) => [AT / 1000 - 180 + 60 * i, value]),
    }));
    return JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
  };

  it("leaves out instants at which a rate is missing or not finite", async () => {
    const { url, received } = await stub(
      answering(
        200,
        matrix({
          arrivals: ["1", "NaN", "3", "4"],
          promptTokens: ["10", "20", "30", "40"],
          generatedTokens: ["5", "6", "7"],
        }),
      ),
    );
    expect(await aSource(url).history(aFleet(), RANGE)).toEqual([
      { at: AT - 180_000, turnsPerSecond: 1, promptTokensPerSecond: 10, outputTokensPerSecond: 5 },
      { at: AT - 60_000, turnsPerSecond: 3, promptTokensPerSecond: 30, outputTokensPerSecond: 7 },
    ]);
    expect(received[0]?.form.get("start")).toBe(String(AT / 1000 - 180));
  });

  it("is none where nothing was recorded", async () => {
    const { url } = await stub(answering(200, matrix({})));
    expect(await aSource(url).history(aFleet(), RANGE)).toEqual([]);
  });

  it.each([
    [500, "server-error"],
    [401, "unauthorized"],
  ])("raises a PortError for HTTP %i", async (status, code) => {
    const { url } = await stub(answering(status, ""));
    await expect(aSource(url).history(aFleet(), RANGE)).rejects.toMatchObject({
      name: "PortError",
      code,
    });
  });
});
