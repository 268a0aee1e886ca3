import { describe, expect, it } from "vitest";
import { type ClientCall, watchedCall } from "../../../src/adapters/telemetry/client-call.ts";
import { createMetrics } from "../../../src/adapters/telemetry/metrics.ts";
import { PortError } from "../../../src/ports/errors.ts";

function watch() {
  const calls: ClientCall[] = [];
  const times = [1_000, 1_250];
  const stopwatch = () => times.shift() ?? 0;
  return { calls, onCall: (call: ClientCall) => void calls.push(call), stopwatch };
}

describe("a watched call", () => {
  it("hands on the answer and tells how long it took", async () => {
    const watched = watch();
    expect(await watchedCall("prometheus", watched, () => Promise.resolve(7))).toBe(7);
    expect(watched.calls).toEqual([{ client: "prometheus", answer: "ok", seconds: 0.25 }]);
  });

  it("hands on the error and tells its code", async () => {
    const watched = watch();
    const call = () => Promise.reject(new PortError("timeout", "no answer"));
    await expect(watchedCall("decision-log", watched, call)).rejects.toThrow("no answer");
    expect(watched.calls).toEqual([{ client: "decision-log", answer: "timeout", seconds: 0.25 }]);
  });

  it("does not take a bug for an answer", async () => {
    const watched = watch();
    const call = () => Promise.reject(new TypeError("a bug"));
    await expect(watchedCall("kubernetes", watched, call)).rejects.toThrow("a bug");
    expect(watched.calls).toEqual([]);
  });

  it("is counted, and timed, from 0", async () => {
    const metrics = createMetrics({ version: "0.1.0" });
    const failed = 'breakwater_client_calls_total{answer="conflict",client="kubernetes"}';
    expect(await metrics.text()).toContain(`${failed} 0`);
    metrics.clientCall({ client: "kubernetes", answer: "conflict", seconds: 0.02 });
    const text = await metrics.text();
    expect(text).toContain(`${failed} 1`);
    expect(text).toMatch(/call_duration_seconds_bucket\{le="0.025",client="kubernetes"\} 1/);
    expect(text).toMatch(/call_duration_seconds_count\{client="prometheus"\} 0/);
  });
});
