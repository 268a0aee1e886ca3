import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Review } from "../../../src/adapters/http/access.ts";
import { createView } from "../../../src/adapters/http/view.ts";
import { PortError } from "../../../src/ports/errors.ts";
import { aReport } from "../../support/reports/report.ts";
import { anApp } from "./support.ts";

const host = "localhost:8080";

/** Alice may read, Bob may not, nobody else is known. */
const review: Review = async (token) => {
  if (token === "alice") return { allowed: true, user: "alice", reason: "" };
  if (token === "bob") return { allowed: false, user: "bob", reason: "no rule allows it" };
  if (token === "crash") throw new PortError("unreachable", "tokenreviews: no connection");
  return { allowed: false, user: "", reason: "token expired" };
};

describe("health and metrics", () => {
  it.each([
    { url: "/metrics", type: "text/plain; version=0.0.4; charset=utf-8" },
    { url: "/healthz", type: "text/plain; charset=utf-8" },
  ])("$url asks nobody who they are", async ({ url, type }) => {
    const app = anApp({ review });
    const { statusCode, headers } = await app.inject({ url, headers: { host: "10.0.0.7:9090" } });
    expect([statusCode, headers["content-type"]]).toEqual([200, type]);
  });

  it("is not ready before the first tick, and says what is missing", async () => {
    const view = createView();
    const app = anApp({ view });
    const before = await app.inject("/readyz");
    expect([before.statusCode, before.json()]).toEqual([
      503,
      {
        ready: false,
        missing: ["the first tick: no group of pools and fleets was decided on yet"],
      },
    ]);
    view.tick(aReport());
    const after = await app.inject("/readyz");
    expect([after.statusCode, after.json()]).toEqual([200, { ready: true, missing: [] }]);
  });

  it("stays not ready while ticks only fail", async () => {
    const view = createView();
    view.tickFailed("gb200-east", "unreachable", "listing nodes");
    expect((await anApp({ view }).inject("/readyz")).statusCode).toBe(503);
  });
});

describe("the API", () => {
  const view = createView();
  view.tick(aReport());
  const app = anApp({ view });
  const get = (url: string) => app.inject({ url, headers: { host } });

  it.each(["about", "fleets", "pools", "decisions", "history"])(
    "answers /api/v1/%s with the version of its shape, never cached",
    async (name) => {
      const answer = await get(`/api/v1/${name}`);
      expect(answer.json()).toMatchObject({ schemaVersion: 1 });
      expect(answer.headers["cache-control"]).toBe("no-store");
    },
  );

  it("narrows fleets and history to one fleet", async () => {
    expect((await get("/api/v1/fleets?fleet=agents/coder")).json().fleets).toHaveLength(1);
    expect((await get("/api/v1/fleets?fleet=agents/other")).json().fleets).toEqual([]);
    expect((await get("/api/v1/history?fleet=agents/other")).json().fleets).toEqual([]);
  });

  it("sends exactly what the view holds", async () => {
    expect((await get("/api/v1/fleets")).json()).toEqual(JSON.parse(JSON.stringify(view.fleets())));
    expect((await get("/api/v1/pools")).json()).toEqual(JSON.parse(JSON.stringify(view.pools())));
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"] as const)(
    "knows no %s: it is read-only",
    async (method) => {
      const answer = await app.inject({ url: "/api/v1/fleets", method, headers: { host } });
      expect(answer.statusCode).toBe(404);
    },
  );

  it("says what is not served", async () => {
    const answer = await get("/api/v1/nonsense");
    expect([answer.statusCode, answer.json()]).toEqual([
      404,
      { error: "Nothing is served at GET /api/v1/nonsense." },
    ]);
  });

  it("is absent where only health and metrics are served", async () => {
    const bare = anApp({ view, surface: "health-and-metrics" });
    expect((await bare.inject({ url: "/api/v1/fleets", headers: { host } })).statusCode).toBe(404);
    expect((await bare.inject({ url: "/", headers: { host } })).statusCode).toBe(404);
    expect((await bare.inject("/metrics")).statusCode).toBe(200);
  });

  it("reports a failure of ours and keeps its details out of the answer", async () => {
    const told: string[] = [];
    const broken = {
      ...view,
      fleets: () => {
        throw new Error("secret detail");
      },
    };
    const failing = anApp({ view: broken, onError: ({ message }) => told.push(message) });
    const answer = await failing.inject({ url: "/api/v1/fleets", headers: { host } });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("secret detail");
    expect(told).toEqual(["secret detail"]);
  });
});

describe("access", () => {
  it.each([
    { who: "nobody", headers: {}, status: 401, text: "No bearer token" },
    {
      who: "an unknown token",
      headers: { authorization: "Bearer eve" },
      status: 401,
      text: "expired",
    },
    { who: "Bob", headers: { authorization: "Bearer bob" }, status: 403, text: "bob may not get" },
    { who: "Alice", headers: { authorization: "Bearer alice" }, status: 200, text: "fleets" },
    { who: "basic auth", headers: { authorization: "Basic YQ==" }, status: 401, text: "No bearer" },
    {
      who: "a failed review",
      headers: { authorization: "Bearer crash" },
      status: 503,
      text: "no connection",
    },
  ])("beyond loopback, $who gets $status", async ({ headers, status, text }) => {
    const app = anApp({ review, onError: () => undefined });
    const answer = await app.inject({ url: "/api/v1/fleets", headers });
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain(text);
  });

  it.each(["/", "/console/main.js", "/api/v1/events", "/api/v1/history?fleet=a/b"])(
    "guards %s as well",
    async (url) => {
      expect((await anApp({ review }).inject(url)).statusCode).toBe(401);
    },
  );

  it("has the path reviewed without its query", async () => {
    const paths: string[] = [];
    const app = anApp({
      review: async (_token, path) => {
        paths.push(path);
        return { allowed: true, user: "alice", reason: "" };
      },
    });
    const headers = { authorization: "Bearer alice" };
    await app.inject({ url: "/api/v1/history?fleet=agents/coder", headers });
    expect(paths).toEqual(["/api/v1/history"]);
  });

  it("refuses, on loopback, a request meant for another host (DNS rebinding)", async () => {
    const headers = { host: "evil.example:8080" };
    expect((await anApp().inject({ url: "/api/v1/fleets", headers })).statusCode).toBe(421);
  });
});

describe("the console's files", () => {
  it("come from the built folder only, under a strict policy", async () => {
    const consoleDir = mkdtempSync(join(tmpdir(), "breakwater-files-"));
    writeFileSync(join(consoleDir, "index.html"), "<!doctype html>");
    writeFileSync(join(consoleDir, "main.js"), "export {};");
    writeFileSync(join(consoleDir, "notes.txt"), "not served");
    const app = anApp({ consoleDir });
    const get = (url: string) => app.inject({ url, headers: { host } });
    const page = await get("/");
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(String(page.headers["content-security-policy"]).split(";").sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
    ]);
    expect((await get("/console/main.js")).body).toBe("export {};");
    for (const url of ["/console/notes.txt", "/console/../main.js", "/console/%2e%2e/main.js"]) {
      expect((await get(url)).statusCode).toBe(404);
    }
    rmSync(consoleDir, { recursive: true });
  });

  it("say how to build them when they are not there", async () => {
    const answer = await anApp().inject({ url: "/", headers: { host } });
    expect([answer.statusCode, answer.body]).toEqual([
      404,
      expect.stringContaining("npm run build"),
    ]);
  });
});
