import { describe, expect, it } from "vitest";
import { watchedTransport } from "../../../src/adapters/kubernetes/watched-transport.ts";
import type { HttpRequest, HttpResponse } from "../../../src/adapters/kubernetes/transport.ts";

const request = (signal: AbortSignal): HttpRequest => ({
  method: "GET",
  path: "/api/v1/nodes",
  headers: {},
  body: null,
  signal,
});

async function* nothing(): AsyncIterable<string> {}

const answering = (status: number) => (): Promise<HttpResponse> =>
  Promise.resolve({
    status,
    headers: {},
    text: () => Promise.resolve(""),
    chunks: nothing,
  });

async function answersOf(
  transport: () => Promise<HttpResponse>,
  signal = new AbortController().signal,
): Promise<readonly string[]> {
  const answers: string[] = [];
  const onCall = ({ answer }: { readonly answer: string }) => void answers.push(answer);
  const watched = watchedTransport(transport, { onCall, stopwatch: () => 0 });
  await watched(request(signal)).catch(() => {});
  return answers;
}

describe("exchanges with the API server are told of", () => {
  it.each([
    [200, "ok"],
    [409, "conflict"],
    [403, "forbidden"],
    [422, "invalid"],
    [503, "server-error"],
  ])("status %i as %s", async (status, answer) => {
    expect(await answersOf(answering(status))).toEqual([answer]);
  });

  it("lost connections as unreachable, ended deadlines as timeouts", async () => {
    const failing = () => Promise.reject(new Error("socket hang up"));
    expect(await answersOf(failing)).toEqual(["unreachable"]);
    expect(await answersOf(failing, AbortSignal.abort())).toEqual(["timeout"]);
  });

  it("without keeping the failure to themselves", async () => {
    const failing = () => Promise.reject(new Error("socket hang up"));
    const watched = watchedTransport(failing, { onCall: () => {}, stopwatch: () => 0 });
    await expect(watched(request(new AbortController().signal))).rejects.toThrow("socket hang up");
  });
});
