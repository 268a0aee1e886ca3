import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Timers } from "../../../src/adapters/kubernetes/timers.ts";
import { webhookSink } from "../../../src/adapters/webhook/webhook-sink.ts";
import { reason } from "../../../src/core/reasons.ts";
import { epochMs } from "../../../src/core/units.ts";
import type { ClusterEvent } from "../../../src/ports/event-sink.ts";

const SECRET = "canary-of-the-webhook";
const PATH = "/services/canary-of-the-path";
const NOW = epochMs(Date.parse("2026-12-01T18:00:00Z"));

type Answer = (response: ServerResponse) => void;
const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers).end("canary-of-the-answer");
  };
const hang: Answer = () => undefined;
const cut: Answer = (response) => {
  response.destroy();
};
const OK = answer(204);

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What an answer may take: only a receiver that hangs lets it pass. */
const ANSWER_WITHIN_MS = 10_000;

/** Timers a thousand times as fast, answers twenty times, which note what was asked of them. */
function fastTimers(asked: number[]): Timers {
  return {
    monotonicMs: () => performance.now() * 1000,
    after: (delayMs, then) => {
      asked.push(delayMs);
      const timer = setTimeout(then, delayMs / (delayMs === ANSWER_WITHIN_MS ? 20 : 1000));
      return () => clearTimeout(timer);
    },
    random: () => 1,
  };
}

/** A receiver that gives these answers in turn, then goes on with the last. */
async function aReceiver(...answers: readonly Answer[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      (answers[received.length - 1] ?? answers.at(-1) ?? OK)(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${port}${PATH}`, received, stop };
}

interface Bench {
  readonly url?: string;
  readonly secret?: string;
  readonly now?: () => typeof NOW;
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function aSink({ url = "http://127.0.0.1:1/", secret = SECRET, now = () => NOW }: Bench) {
  const dir = mkdtempSync(join(tmpdir(), "breakwater-webhook-"));
  cleanups.push(() => rmSync(dir, { recursive: true }));
  const secretFile = join(dir, "secret");
  writeFileSync(secretFile, `${secret}\n`);
  const outcomes: string[] = [];
  const warnings: string[] = [];
  const asked: number[] = [];
  let wake = (): void => undefined;
  const sink = webhookSink({
    url,
    secretFile,
    source: "/breakwater/test",
    clock: { now },
    timers: fastTimers(asked),
    warn: (message, fields) => warnings.push(`${message} ${JSON.stringify(fields)}`),
    onOutcome: (outcome, events) => {
      for (let each = 0; each < events; each += 1) outcomes.push(outcome);
      wake();
    },
  });
  cleanups.push(() => sink.stop());
  /** Until so many outcomes were reported. */
  const settled = async (count: number): Promise<readonly string[]> => {
    while (outcomes.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return outcomes;
  };
  return { sink, outcomes, settled, warnings, asked, secretFile };
}

async function aBench(answers: readonly Answer[], bench: Bench = {}) {
  const receiver = await aReceiver(...answers);
  cleanups.push(receiver.stop);
  return { ...aSink({ url: receiver.url, ...bench }), receiver };
}

const EVENT: ClusterEvent = {
  about: {
    apiVersion: "breakwater.dev/v1alpha1",
    kind: "InferenceFleet",
    namespace: "agents",
    name: "coder",
    uid: "uid-1",
  },
  type: "Normal",
  action: "Ask",
  reason: reason("awaiting-approval", "2 needed."),
  decision: "gb200-a-out-1",
};

const header = (headers: IncomingHttpHeaders, name: string): string => String(headers[name]);

function firstOf(received: readonly Received[]): Received {
  const [first] = received;
  if (first === undefined) throw new Error("nothing was received");
  return first;
}

describe("an event", () => {
  it("arrives as a CloudEvent of version 1.0 in structured JSON", async () => {
    const { sink, settled, receiver } = await aBench([OK]);
    await sink.publish(EVENT);
    expect(await settled(1)).toEqual(["delivered"]);
    const { headers, body } = firstOf(receiver.received);
    expect(headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(JSON.parse(body)).toEqual({
      specversion: "1.0",
      id: headers["webhook-id"],
      source: "/breakwater/test",
      type: "dev.breakwater.ask",
      subject: "InferenceFleet/agents/coder",
      time: "2026-12-01T18:00:00.000Z",
      datacontenttype: "application/json",
      data: {
        schemaVersion: 1,
        severity: "Normal",
        action: "Ask",
        reason: { code: "awaiting-approval", text: "A person must confirm it. 2 needed." },
        decision: "gb200-a-out-1",
        object: EVENT.about,
      },
    });
  });

  it.each([
    ["text", SECRET, Buffer.from(SECRET)],
    ["base64 with its mark", "whsec_a2V5LWJ5dGVz", Buffer.from("key-bytes")],
  ])("is signed over id, time and body, with a secret that is %s", async (_, secret, key) => {
    const { sink, settled, receiver } = await aBench([OK], { secret });
    await sink.publish(EVENT);
    await settled(1);
    const { headers, body } = firstOf(receiver.received);
    const timestamp = `${NOW / 1000}`;
    const signedText = `${header(headers, "webhook-id")}.${timestamp}.${body}`;
    const digest = createHmac("sha256", key).update(signedText).digest("base64");
    expect(headers).toMatchObject({
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${digest}`,
    });
  });

  it("is signed with what the file holds then: a rotated secret needs no restart", async () => {
    const { sink, settled, receiver, secretFile } = await aBench([OK]);
    await sink.publish(EVENT);
    await settled(1);
    writeFileSync(secretFile, "another");
    await sink.publish(EVENT);
    await settled(2);
    const [first, second] = receiver.received.map(({ headers, body }) => {
      const signature = headers["webhook-signature"];
      const sent = [header(headers, "webhook-id"), header(headers, "webhook-timestamp"), body];
      return { signature, signedText: sent.join(".") };
    });
    const by = (secret: string, signedText = ""): string =>
      `v1,${createHmac("sha256", secret).update(signedText).digest("base64")}`;
    expect(first?.signature).toBe(by(SECRET, first?.signedText));
    expect(second?.signature).toBe(by("another", second?.signedText));
  });
});

describe("a receiver that does not take it", () => {
  const failing: readonly (readonly [string, Answer, string])[] = [
    ["fails", answer(500), "HTTP 500"],
    ["is being restarted", answer(503), "HTTP 503"],
    ["cuts the connection", cut, "UND_ERR_SOCKET"],
    ["never answers", hang, "no answer within 10000 ms"],
    ["has had too many", answer(429, { "retry-after": "120" }), "HTTP 429"],
  ];
  it.each(failing)("%s: is asked again with the same id", async (_, bad, why) => {
    const { sink, settled, receiver, warnings } = await aBench([bad, bad, OK]);
    await sink.publish(EVENT);
    expect(await settled(3)).toEqual(["retried", "retried", "delivered"]);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(warnings[0]).toContain(why);
  });

  it("is left alone for longer each time, and for as long as it asks", async () => {
    const wait = answer(429, { "retry-after": "120" });
    const bad = answer(500);
    const { sink, settled, asked } = await aBench([bad, bad, bad, wait, OK]);
    await sink.publish(EVENT);
    await settled(5);
    expect(asked.filter((ms) => ms !== ANSWER_WITHIN_MS)).toEqual([1_000, 2_000, 4_000, 120_000]);
  });

  it.each([301, 400, 401, 404, 410])("answers %d: is not asked again", async (status) => {
    const { sink, settled, receiver } = await aBench([answer(status), OK]);
    await sink.publish(EVENT);
    await sink.publish({ ...EVENT, action: "Hold" });
    expect(await settled(2)).toEqual(["refused", "delivered"]);
    expect(receiver.received).toHaveLength(2);
  });

  it("keeps the order: what came later waits", async () => {
    const { sink, settled, receiver } = await aBench([answer(500), OK]);
    for (const action of ["Scale", "Hold", "Drain"]) await sink.publish({ ...EVENT, action });
    await settled(4);
    const types = receiver.received.map(({ body }): unknown => JSON.parse(body).type);
    expect(types.slice(1)).toEqual([
      "dev.breakwater.scale",
      "dev.breakwater.hold",
      "dev.breakwater.drain",
    ]);
  });
});

describe("what cannot be delivered", () => {
  it("is dropped, oldest first, beyond a thousand, and counted", async () => {
    const { sink, settled, outcomes } = await aBench([hang]);
    for (let each = 0; each < 1_003; each += 1) await sink.publish(EVENT);
    await settled(3);
    expect(outcomes.filter((outcome) => outcome === "dropped")).toHaveLength(3);
  });

  it("is dropped after an hour", async () => {
    let hours = 0;
    const now = () => epochMs(NOW + hours++ * 3_600_000);
    const { sink, settled } = await aBench([answer(500)], { now });
    await sink.publish(EVENT);
    expect((await settled(1)).at(-1)).toBe("dropped");
  });

  it("never holds up who publishes it, nor the end of the process", async () => {
    const { sink, outcomes } = await aBench([hang]);
    await sink.publish(EVENT);
    await sink.publish(EVENT);
    await sink.stop();
    expect(outcomes.filter((outcome) => outcome === "dropped")).toHaveLength(2);
  });

  it("waits while the secret cannot be read", async () => {
    const { sink, settled, secretFile, receiver } = await aBench([OK]);
    rmSync(secretFile);
    await sink.publish(EVENT);
    expect((await settled(1))[0]).toBe("retried");
    writeFileSync(secretFile, SECRET);
    while ((await settled(2)).at(-1) !== "delivered") await settled((await settled(2)).length + 1);
    expect(receiver.received).toHaveLength(1);
  });

  it("names neither secret, path nor what was answered, in any warning", async () => {
    const bad = [answer(500), answer(404), cut, answer(401), hang, OK];
    const { sink, settled, warnings } = await aBench(bad);
    for (let each = 0; each < 4; each += 1) await sink.publish(EVENT);
    await settled(6);
    const unreachable = aSink({ url: `http://127.0.0.1:1${PATH}` });
    await unreachable.sink.publish(EVENT);
    await unreachable.settled(1);
    const all = [...warnings, ...unreachable.warnings];
    expect(all.length).toBeGreaterThan(5);
    expect(all.filter((text) => text.includes("canary"))).toEqual([]);
  });
});
