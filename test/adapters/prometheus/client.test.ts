import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../../src/adapters/prometheus/client.ts";
import type { PrometheusEndpoint } from "../../../src/adapters/prometheus/endpoint.ts";
import { epochMs, millis } from "../../../src/core/units.ts";
import { PortError } from "../../../src/ports/errors.ts";
import { answering, type Handler, startStub, type StubServer, vector } from "./stub-server.ts";

const AT = epochMs(1_700_000_000_500);
const ONE = vector([{ metric: {}, value: [1_700_000_000.5, "1"] }]);

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((thing) => thing.stop()));
});

async function stub(handler: Handler): Promise<StubServer> {
  const server = await startStub(handler);
  opened.push(server);
  return server;
}

function aClient(options: { deadlineMs?: number; concurrencyPerOrigin?: number } = {}) {
  const client = createPrometheusClient({
    deadlineMs: millis(options.deadlineMs ?? 5_000),
    concurrencyPerOrigin: options.concurrencyPerOrigin ?? 4,
  });
  opened.push({ stop: () => client.close() });
  return client;
}

const endpoint = (url: string, more: Partial<PrometheusEndpoint> = {}): PrometheusEndpoint => ({
  url,
  headers: {},
  credentials: {},
  ...more,
});

const ask = (target: PrometheusEndpoint, client = aClient()) =>
  client.instant(target, { name: "load", promql: "sum(x)", at: AT });

async function failure(asked: Promise<unknown>): Promise<PortError> {
  const thrown: unknown = await asked.then(
    () => "nothing",
    (error: unknown) => error,
  );
  if (thrown instanceof PortError) return thrown;
  throw new Error(`expected a PortError, got ${inspect(thrown)}`);
}

describe("a request", () => {
  it("is a POST form with the instant and a timeout below the deadline", async () => {
    const server = await stub(answering(200, ONE));
    await ask(endpoint(`${server.url}/prometheus/`));
    const [request] = server.received;
    expect(request?.path).toBe("/prometheus/api/v1/query");
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      query: "sum(x)",
      time: "1700000000.5",
      timeout: "4000ms",
    });
  });

  it("for a range gives start, end and step in seconds", async () => {
    const body = JSON.stringify({
      status: "success",
      data: { resultType: "matrix", result: [{ metric: {}, values: [[1_700_000_000, "2"]] }] },
    });
    const server = await stub(answering(200, body));
    const range = { from: epochMs(1_699_999_000_000), to: AT, stepMs: millis(60_000) };
    const answer = await aClient().range(endpoint(server.url), {
      name: "history",
      promql: "sum(x)",
      ...range,
    });
    expect(server.received[0]?.path).toBe("/api/v1/query_range");
    expect(Object.fromEntries(server.received[0]?.form ?? [])).toMatchObject({
      start: "1699999000",
      end: "1700000000.5",
      step: "60",
    });
    expect(answer.series[0]?.points).toEqual([{ at: 1_700_000_000_000, value: 2 }]);
  });

  it.each([
    ["a token", { token: "t0ken\n" }, "Bearer t0ken"],
    ["a user", { username: "u", password: "p:w" }, `Basic ${btoa("u:p:w")}`],
    ["nobody", {}, undefined],
  ])("carries the credentials of %s", async (_, credentials, authorization) => {
    const server = await stub(answering(200, ONE));
    await ask(endpoint(server.url, { credentials }));
    expect(server.received[0]?.headers.authorization).toBe(authorization);
  });

  it("takes user and password from the URL and does not send them in it", async () => {
    const server = await stub(answering(200, ONE));
    await ask(endpoint(server.url.replace("//", "//u:p%40ss@")));
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${btoa("u:p@ss")}`);
  });

  it("carries extra headers, but not over its own", async () => {
    const server = await stub(answering(200, ONE));
    const headers = { "X-Scope-OrgID": "team-a", "Content-Type": "text/plain" };
    await ask(endpoint(server.url, { headers }));
    expect(server.received[0]?.headers).toMatchObject({
      "x-scope-orgid": "team-a",
      "content-type": "application/x-www-form-urlencoded",
    });
  });

  it("reads a token file again each time, so that rotation takes effect", async () => {
    const dir = mkdtempSync(join(tmpdir(), "breakwater-token-"));
    const tokenFile = join(dir, "token");
    const server = await stub(answering(200, ONE));
    for (const token of ["first", "second"]) {
      writeFileSync(tokenFile, `${token}\n`);
      await ask(endpoint(server.url, { credentials: { tokenFile } }));
    }
    rmSync(dir, { recursive: true });
    const sent = server.received.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(["Bearer first", "Bearer second"]);
    const gone = await failure(ask(endpoint(server.url, { credentials: { tokenFile } })));
    expect(gone.code).toBe("unauthorized");
    expect(gone.message).toContain(tokenFile);
  });

  it("is one of at most so many at once to an origin, others waiting their turn", async () => {
    const held: (() => void)[] = [];
    let most = 0;
    const server = await stub((_, response) => {
      held.push(() => response.writeHead(200).end(ONE));
      most = Math.max(most, held.length);
      if (held.length === 2) for (const release of held.splice(0)) release();
    });
    const client = aClient({ concurrencyPerOrigin: 2 });
    await Promise.all(Array.from({ length: 6 }, () => ask(endpoint(server.url), client)));
    expect(most).toBe(2);
    expect(server.received).toHaveLength(6);
  });
});

const ERROR = (errorType: string, error: string) =>
  JSON.stringify({ status: "error", errorType, error });

describe("what goes wrong", () => {
  it.each([
    [400, ERROR("bad_data", "parse error: unexpected <eof>"), "invalid", "parse error"],
    [401, "no", "unauthorized", "check the credentials"],
    [403, "no", "forbidden", "HTTP 403"],
    [404, "404 page not found", "not-found", "path prefix"],
    [422, ERROR("execution", "many-to-many matching"), "invalid", "many-to-many"],
    [429, "slow down", "rate-limited", "HTTP 429"],
    [500, "", "server-error", "empty body"],
    [503, ERROR("timeout", "query timed out"), "timeout", "query timed out"],
    [503, "upstream gone", "server-error", "upstream gone"],
    [418, "teapot", "bad-answer", "HTTP 418"],
    [200, "<!DOCTYPE html><title>Sign in</title>", "bad-answer", "HTML"],
    [200, "", "bad-answer", "empty body"],
    [200, '{"status":"succ', "bad-answer", "does not parse"],
    [200, ERROR("execution", "too many samples"), "invalid", "too many samples"],
  ])("HTTP %i with %s is %s", async (status, body, code, text) => {
    const server = await stub(answering(status, body));
    const error = await failure(ask(endpoint(`${server.url}/prom`)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
    expect(error.message).toContain(`query load at ${server.url}/prom/api/v1/query`);
  });

  it("a redirect is not followed: credentials stay where they were meant for", async () => {
    const other = await stub(answering(200, ONE));
    const server = await stub(answering(302, "", { location: `${other.url}/login` }));
    const error = await failure(ask(endpoint(server.url)));
    expect(error.code).toBe("bad-answer");
    expect(error.message).toContain(`HTTP 302 redirects to ${other.url}/login`);
    expect(other.received).toEqual([]);
  });

  it("no answer within the deadline", async () => {
    const server = await stub(() => undefined);
    const error = await failure(ask(endpoint(server.url), aClient({ deadlineMs: 50 })));
    expect(error.code).toBe("timeout");
  });

  it("an answer that stops half-way runs into the deadline too", async () => {
    const server = await stub((_, response) => {
      response.writeHead(200, { "content-length": "1000" }).write('{"status":');
    });
    const error = await failure(ask(endpoint(server.url), aClient({ deadlineMs: 50 })));
    expect(error.code).toBe("timeout");
  });

  it("time spent in the queue counts against the deadline", async () => {
    const server = await stub(() => undefined);
    const client = aClient({ deadlineMs: 500, concurrencyPerOrigin: 1 });
    const asked = [1, 2, 3].map(() => failure(ask(endpoint(server.url), client)));
    expect((await Promise.all(asked)).map(({ code }) => code)).toEqual([
      "timeout",
      "timeout",
      "timeout",
    ]);
    expect(server.received).toHaveLength(1);
  });

  it("nobody listens", async () => {
    const server = await stub(answering(200, ONE));
    await server.stop();
    const error = await failure(ask(endpoint(server.url)));
    expect(error.code).toBe("unreachable");
    expect(error.retryable).toBe(true);
  });

  it("an answer beyond all reason is cut off", async () => {
    const server = await stub((_, response) => {
      response.writeHead(200);
      response.end(Buffer.alloc(17 * 1024 * 1024, " "));
    });
    expect((await failure(ask(endpoint(server.url)))).code).toBe("bad-answer");
  });

  it.each(["prometheus:9090", "file:///etc/passwd", "", "http://"])(
    "the URL %j is refused without quoting it",
    async (url) => {
      const error = await failure(ask(endpoint(url)));
      expect(error.code).toBe("invalid");
      expect(error.message).toContain("expected http(s)://host[:port]");
    },
  );
});

describe("secrets", () => {
  const CANARY = 'can"ary+5ecret/==';
  const TARGETS: readonly [string, (url: string) => PrometheusEndpoint][] = [
    ["bearer token", (url) => endpoint(url, { credentials: { token: CANARY } })],
    ["password", (url) => endpoint(url, { credentials: { username: "u", password: CANARY } })],
    ["header", (url) => endpoint(url, { headers: { "x-api-key": CANARY } })],
    ["URL", (url) => endpoint(url.replace("//", `//u:${encodeURIComponent(CANARY)}@`))],
  ];
  const plain = [CANARY, encodeURIComponent(CANARY), JSON.stringify(CANARY).slice(1, -1)];
  const forms = [...plain, btoa(`u:${CANARY}`)];
  const echo =
    (status: number): Handler =>
    (request, response) => {
      const { authorization = "", "x-api-key": key = "" } = request.headers;
      const text = [...plain, authorization, ...authorization.split(" "), key].join(" ");
      response.writeHead(status, { location: `http://127.0.0.1/?${text.replaceAll(/\s/g, "+")}` });
      response.end(status === 200 ? ERROR("execution", text) : text);
    };

  it.each(
    TARGETS.flatMap(([name, target]) =>
      [200, 302, 400, 401, 500].map((status) => [name, status, target] as const),
    ),
  )("the %s stays out of the error when HTTP %i echoes it", async (_, status, target) => {
    const server = await stub(echo(status));
    const error = await failure(ask(target(server.url)));
    const everything = inspect(error, { depth: 10, showHidden: true });
    for (const form of forms) expect(everything).not.toContain(form);
    expect(everything).toContain("[redacted]");
  });

  it.each(TARGETS)("the %s stays out of the error when nobody answers", async (_, target) => {
    const server = await stub(answering(200, ONE));
    await server.stop();
    const everything = inspect(await failure(ask(target(server.url))), { depth: 10 });
    for (const form of forms) expect(everything).not.toContain(form);
  });

  it("a header that cannot be sent is named, not quoted", async () => {
    const target = endpoint("http://127.0.0.1:1", { credentials: { token: `${CANARY}\nx` } });
    const error = await failure(ask(target));
    expect(error.code).toBe("invalid");
    expect(inspect(error, { depth: 10 })).not.toContain("5ecret");
  });
});
