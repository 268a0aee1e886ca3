/**
 * What the signals of the expositions are, worked out by hand: sums over the pods named, rates per
 * second between the two scrapes. A word is the problem of an absent signal.
 */
type ByHand = Readonly<Record<string, number | string>>;

/** serve-0 shows each turn on two tensor ranks; serve-1 is older, with two data-parallel ranks. */
export const SGLANG_BY_HAND: ByHand = {
  arrivals: 3 + 1 + 1 + 6 / 30, // streamed, unstreamed, the older pod's; growth of one queue
  servedTurns: 3 + 1 + 1,
  promptTokens: 4_000 + 5_000 + 1_000 + 2 * (500 + 1_500), // without retracted prompts
  computedPromptTokens: 4_000 + 2 * 500,
  generatedTokens: 900 + 2 * 300,
  runningTurns: 12 + 2 * 4, // not the priorities beside the total
  waitingTurns: 10 + 2 * 1,
  kvUsage: (0.5 + 0.25 + 0.25) / 3,
  kvCapacity: 800_000 + 2 * 400_000,
  preemptions: 0.2,
  ttftP50: 0.4, // 2 of 4 streamed turns
  ttftP95: 2 + 2 * 0.8,
  ttftP99: 2 + 2 * 0.96,
  itlP50: 0.02,
  itlP95: 0.035 + 0.005 * (675 / 750),
  itlP99: 0.035 + 0.005 * (735 / 750),
};

export const TRTLLM_BY_HAND: ByHand = {
  arrivals: 2 + 1 + 3 / 30 + 6 / 30, // ends, growth of the queue and of what runs
  servedTurns: 3,
  promptTokens: 30_000,
  computedPromptTokens: 30_000 - 15_000 - 1_000, // a count of tokens, not the share 0.97
  generatedTokens: 900,
  runningTurns: 36 + 10,
  waitingTurns: 7,
  kvUsage: (0.4 + 0.2) / 2,
  kvCapacity: 20_000 * 32 + 10_000 * 64,
  preemptions: "not-exported", // 2 are paused: a level
  ttftP50: 1 + 1.5 * 0.5,
  ttftP95: 2.5 + 2.5 * 0.85,
  ttftP99: 2.5 + 2.5 * 0.97,
  itlP50: 0.01 + 0.015 * 0.75,
  itlP95: 0.025 + 0.025 * 0.85,
  itlP99: 0.025 + 0.025 * 0.97,
};

/** The frontend serves another model too, ten times as busy. */
export const DYNAMO_BY_HAND: ByHand = {
  arrivals: 5,
  servedTurns: 4,
  promptTokens: 4 * 6_000,
  computedPromptTokens: 4 * (6_000 - 4_500),
  generatedTokens: 800,
  runningTurns: 58 - 12, // active ones include those that wait
  waitingTurns: 12,
  kvUsage: (0.5 + 0.25 + 0.75) / 3, // of 1, though named percent
  kvCapacity: 3 * 10_000 * 32,
  preemptions: "not-exported",
  ttftP50: 0.47,
  ttftP95: 1 + 1.2 * 0.8,
  ttftP99: 1 + 1.2 * 0.96,
  itlP50: 0.013,
  itlP95: 0.013 + 0.011 * (360 / 400),
  itlP99: 0.013 + 0.011 * (392 / 400),
};

/** `serve-0`, which stands at 13 waiting turns, 2 of them deferred. */
export const VLLM_BY_HAND: ByHand = {
  arrivals: 2 + 3 / 30,
  servedTurns: 2,
  promptTokens: 1_000,
  computedPromptTokens: 400, // not 1 - 29/30 of 30 times as many
  generatedTokens: 300,
  runningTurns: 7,
  waitingTurns: 13, // its reasons beside it add up to the same
  kvUsage: 0.25,
  kvCapacity: 16 * 1_000, // of a series that names no model
  preemptions: 0.1,
  ttftP50: 1,
  ttftP95: 2_560, // a quarter of the turns took longer than the last bound: as long at least
  ttftP99: 2_560,
  itlP50: 0.025,
  itlP95: 0.0475,
  itlP99: 0.0495,
};
