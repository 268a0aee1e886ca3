import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FleetKernel } from "../../../src/sim/kernel/contract.ts";
import { createMockerKernel } from "../../../src/sim/mocker/mocker-kernel.ts";
import { MOCKER_LIMITS } from "../../../src/sim/mocker/mocker-worker.ts";
import { mooncakeFormat } from "../../../src/traces/formats/mooncake.ts";
import { readTrace } from "../../../src/traces/read-trace.ts";
import { compileHashedTurns } from "../../../src/traces/templates/hash-templates.ts";
import type { SessionSource, TurnTemplates } from "../../../src/traces/turn-templates.ts";
import { recordingPath } from "../../support/recordings.ts";

const CONVERSATION = recordingPath("mooncake-conversation.jsonl");
const RECORDED = existsSync(CONVERSATION);
/** In the test's name, so that a run without the recording does not look like one with it. */
const NOTE = RECORDED ? "" : "(NOT COMPARED, the recording is absent: set BREAKWATER_TRACES)";

function once(templates: TurnTemplates): SessionSource {
  let left = 1;
  return {
    templates,
    next: (start) => {
      if (left === 0) return false;
      left -= 1;
      start.atNs = 0;
      start.template = 0;
      return true;
    },
  };
}

function kernelOver(templates: TurnTemplates, workers: number): FleetKernel {
  const kernel = createMockerKernel({
    sources: [once(templates)],
    objectives: [{ metric: "TTFT", thresholdNs: 2e9 }],
    buckets: { ttft: [1], itl: [0.01] },
    shape: { ...MOCKER_LIMITS, blockTokens: templates.blockTokens, totalBlocks: 2_048 },
  });
  for (let i = 0; i < workers; i += 1) kernel.addReplica(0, "Aggregated");
  return kernel;
}

/** @returns when the last event was, ns */
function runOut(kernel: FleetKernel): number {
  let now = 0;
  for (let next = kernel.nextEventNs(); Number.isFinite(next); next = kernel.nextEventNs()) {
    now = kernel.runUntil(next);
  }
  kernel.checkConserved();
  return now;
}

const turn = (atNs: number, blockIds: readonly number[], outputTokens: number) => ({
  atNs,
  inputTokens: blockIds.length * 512,
  outputTokens,
  hashIds: blockIds,
});

describe("the mocker behind the kernel's contract", () => {
  it("routes round robin, queues what arrives at once, and counts every turn", () => {
    const templates = compileHashedTurns(
      [turn(0, [1, 2], 3), turn(0, [1, 2], 3), turn(5e9, [1, 2, 3], 1)],
      { blockTokens: 512 },
    );
    const kernel = kernelOver(templates, 2);
    const now = runOut(kernel);
    const { counts, coldTokens, promptTokens, slices } = kernel.results(now);
    expect(counts).toMatchObject({ arrived: 3, completed: 3, inFlight: 0 });
    // The third turn comes to worker 0, which has both blocks of the first.
    expect([promptTokens, coldTokens]).toEqual([3_584, 3_584 - 1_024]);
    expect(kernel.metrics(0, now)).toMatchObject({ cachedTokens: 1_024, finishedTurns: 2 });
    expect(slices[0]).toEqual({ arrived: 3, metAll: 3, met: [3] });
  });

  // Figures of ai-dynamo 1.6.1's replay of the recorded conversation, 2,048 blocks of 512 a worker.
  it.each([
    [8, { ttftMean: 0.320916, ttftP99: 2.0484555, e2eMean: 2.9130492, hit: 0.08237257 }],
    [1, { ttftMean: 561.726, ttftP99: 1_064.574, e2eMean: 591.555, hit: 0.06896 }],
  ])(`gives the peer's own figures with %d workers within 0.01 %% ${NOTE}`, (workers, figures) => {
    if (!RECORDED) return;
    const templates = compileHashedTurns(readTrace(mooncakeFormat(), CONVERSATION), {
      blockTokens: 512,
    });
    const kernel = kernelOver(templates, workers);
    const now = runOut(kernel);
    const { ttft, e2e, coldTokens, promptTokens } = kernel.results(now);
    const ratios = [
      ttft.mean / figures.ttftMean,
      ttft.p99 / figures.ttftP99,
      e2e.mean / figures.e2eMean,
      (1 - coldTokens / promptTokens) / figures.hit,
    ];
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(1e-4);
    if (workers === 8) expect(Math.abs(now / 3_542_944_092_700 - 1)).toBeLessThan(1e-9);
  });
});
