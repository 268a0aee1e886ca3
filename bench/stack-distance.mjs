/**
 * `npm run bench:stack-distance`: how many blocks a second the pass of `breakwater diagnose
 * --trace` takes for the hit rate of every cache size, one core, beside the brute force: a plain
 * LRU cache of one size, which has to be run once for each size that somebody asks about. Ends
 * with status 1 for less than a million blocks a second, for another hit rate than the brute
 * force's, and for memory that grows with the length of the stream.
 */
import { cpus } from "node:os";
import { RandomStream } from "../src/sim/random.ts";
import { StackDistances } from "../src/studies/diagnosis/stack-distances.ts";
import { generateTemplates } from "../src/traces/generators/generate.ts";

/** What it must reach. */
const LEAST_BLOCKS_PER_SECOND = 1e6;
const ROUNDS = 3;
const draws = new RandomStream(1, "bench stack distance");

/** Prefixes of one block: nothing to count together. Popularity falls with the square. */
function singles(turns, distinct) {
  const chains = { parent: new Int32Array(distinct).fill(-1), from: new Int32Array(distinct) };
  const uses = Array.from({ length: turns }, () => {
    const chain = Math.floor(draws.uniform() * draws.uniform() * distinct);
    return { chain, blocks: 1, lookupBlocks: 1, atMs: 0, endMs: 0 };
  });
  return { chains, uses, size: Math.floor(distinct / 4) };
}

/** Conversations whose every prompt shares a beginning with another, and has new blocks behind. */
function forks(turns) {
  const parent = [];
  const from = [];
  const to = [];
  const uses = Array.from({ length: turns }, (_, turn) => {
    const recent = Math.max(0, turn - 1 - Math.floor(draws.exponential() * 400));
    const begins = turn === 0 ? 0 : 1 + Math.floor(draws.uniform() * (to[recent] - 1));
    parent.push(turn === 0 ? -1 : recent);
    from.push(begins);
    to.push(Math.min(begins + 1 + Math.floor(draws.exponential() * 12), 250));
    const blocks = Math.max(to[turn], begins + 1);
    to[turn] = blocks;
    return { chain: turn, blocks, lookupBlocks: blocks, atMs: turn, endMs: turn };
  });
  const chains = { parent: Int32Array.from(parent), from: Int32Array.from(from) };
  return { chains, uses, size: 5_000 };
}

/** Sessions of coding agents, sixteen side by side: turns of some thousand blocks, few new. */
function agents(sessions) {
  const templates = generateTemplates({ profile: "coding-agent", draws, sessions });
  const { rows } = templates;
  const lanes = Array.from({ length: 16 }, () => []);
  for (let session = 0; session < sessions; session += 1) {
    const first = templates.sessions.firstRow[session];
    for (let row = first; row < first + templates.sessions.rowCount[session]; row += 1) {
      lanes[session % 16].push(row);
    }
  }
  const order = lanes[0].flatMap((_, at) => lanes.flatMap((lane) => lane.slice(at, at + 1)));
  const uses = order.map((row, at) => {
    const blocks = rows.fullBlocks[row];
    const lookupBlocks = rows.promptBlocks[row];
    return { chain: rows.fullChain[row], blocks, lookupBlocks, atMs: at, endMs: at };
  });
  return { chains: templates.chains, uses, size: 20_000 };
}

function onePass({ chains, uses }, maxBlocks) {
  const pass = new StackDistances(chains, maxBlocks);
  for (const use of uses) pass.use(use);
  return pass;
}

/** Every block by itself in a map in the order of use, the last used at its end. */
function bruteForce({ chains, uses, size }) {
  const cache = new Map();
  let hits = 0;
  for (const { chain, blocks, lookupBlocks } of uses) {
    const path = pathOf(chains, chain, blocks);
    let depth = 0;
    while (depth < path.length && cache.has(path[depth])) depth += 1;
    hits += Math.min(depth, lookupBlocks);
    for (let at = path.length - 1; at >= 0; at -= 1) {
      cache.delete(path[at]);
      cache.set(path[at], true);
    }
    const surplus = cache.size - size;
    const oldest = cache.keys();
    for (let n = 0; n < surplus; n += 1) cache.delete(oldest.next().value);
  }
  return hits;
}

/** More blocks than any path here has. */
const BLOCKS_PER_CHAIN = 65_536;

function pathOf({ parent, from }, chain, blocks) {
  const path = new Float64Array(blocks);
  let to = blocks;
  for (let at = chain; at >= 0 && to > 0; at = parent[at]) {
    for (let depth = from[at]; depth < to; depth += 1) path[depth] = at * BLOCKS_PER_CHAIN + depth;
    to = Math.min(to, from[at]);
  }
  return path;
}

function fastest(work) {
  let bestSeconds = Number.POSITIVE_INFINITY;
  let result = null;
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = process.cpuUsage();
    result = work();
    bestSeconds = Math.min(bestSeconds, process.cpuUsage(began).user / 1e6);
  }
  return { seconds: bestSeconds, result };
}

function report(name, stream) {
  const blocks = stream.uses.reduce((sum, use) => sum + use.blocks, 0);
  const all = fastest(() => onePass(stream, 4_000_000));
  const one = fastest(() => bruteForce(stream));
  const hits = all.result.hitsBySize();
  const same = hits[Math.min(stream.size, hits.length - 1)] === one.result;
  const perSecond = blocks / all.seconds;
  console.log(
    `${name.padEnd(22)} ${(blocks / 1e6).toFixed(1).padStart(6)} M blocks in ` +
      `${stream.uses.length} turns  ${(perSecond / 1e6).toFixed(1).padStart(7)} M blocks/s  ` +
      `x${(one.seconds / all.seconds).toFixed(1)} of one brute-force size, for ` +
      `${hits.length - 1} sizes  ${same ? "equal" : "NOT EQUAL"} at ${stream.size} blocks`,
  );
  return same && perSecond >= LEAST_BLOCKS_PER_SECOND;
}

/** @returns what is held after streams of two lengths, under a bound */
function heldAfter(turns) {
  const stream = singles(turns, 1_000_000);
  const { blocks, chains } = onePass(stream, 50_000).held;
  console.log(`${turns} turns, bound 50000: ${blocks} blocks, ${chains} chains held`);
  return chains;
}

console.log(`${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.version}, one core, best of 3`);
const right = [
  report("prefixes of one block", singles(2_000_000, 1_000_000)),
  report("forks", forks(40_000)),
  report("agent sessions", agents(160)),
];
const bounded = heldAfter(2_000_000) < 1.5 * heldAfter(500_000);
if (right.includes(false) || !bounded) process.exitCode = 1;
