/** Both sides of every operation: the kernel's caches and router, and the naive ones. */
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";
import { createRouter } from "../../../src/sim/kernel/router.ts";
import { NaiveStore } from "../naive-kernel/naive-store.ts";
import { BlockCache, leading } from "./block-cache.ts";
import { ListRouter, type Target } from "./list-router.ts";
import type { Operation, Setting } from "./operations.ts";
import { blocksOf, type NamedChain, type OpenSession, ownerOf, Sessions } from "./prefixes.ts";

/** Ids that replicas get, so that most are used more than once. */
const REPLICA_IDS = 14;
/** Longest prefix asked for, in blocks behind the first one of its chain. */
const MOST_BLOCKS = 9;

interface Running {
  readonly replica: number;
  readonly session: OpenSession;
  readonly chain: NamedChain;
  readonly blocks: number;
  privateTokens: number;
}

/** What a cache held from an instant on. */
interface Picture {
  readonly atNs: number;
  readonly blocks: ReadonlySet<string>;
}

interface Naive {
  readonly cache: BlockCache;
  readonly pictures: Picture[];
}

/** What both sides are asked after each operation, and what each operation returned. */
export interface Seen {
  readonly naive: unknown;
  readonly kernel: unknown;
}

export class Twins {
  readonly registry = createChainRegistry();
  private readonly setting: Setting;
  private readonly caches;
  private readonly router;
  private readonly naive = new Map<number, Naive>();
  private readonly naiveRouter: ListRouter;
  private readonly naiveStore: NaiveStore | null;
  private readonly sessions: Sessions;
  private running: Running[] = [];
  private nowNs = 0;

  constructor(setting: Setting) {
    this.setting = setting;
    this.caches = createPrefixCaches({ ...setting, registry: this.registry });
    this.router = createRouter({ ...setting, caches: this.caches });
    this.naiveRouter = new ListRouter(setting.kind, setting.guard);
    const storeBlocks = setting.storeTokens / setting.blockTokens;
    this.naiveStore = storeBlocks > 0 ? new NaiveStore(storeBlocks) : null;
    this.sessions = new Sessions(this.registry, setting);
    for (let replica = 0; replica < setting.replicas; replica++) this.addReplica(replica);
    this.sessions.start();
  }

  /** Applies the operation to both sides. @returns what they answered */
  apply(operation: Operation): Seen {
    const answers = this.answers(operation);
    for (const { cache, pictures } of this.naive.values()) {
      pictures.push({ atNs: this.nowNs, blocks: cache.all() });
    }
    return answers;
  }

  /** @returns everything that can be asked of both sides now */
  state(): Seen {
    this.caches.checkConserved();
    const replicas = [...this.naive.keys()];
    return {
      naive: replicas.map((replica) => this.naiveState(replica)),
      kernel: replicas.map((replica) => this.kernelState(replica)),
    };
  }

  /** Ends everything. @returns ids that the registry could not free */
  end(): number {
    for (const replica of this.naive.keys()) this.removeReplica(replica);
    this.sessions.closeAll();
    const stored = this.endStore();
    return this.registry.ownedIds() - stored;
  }

  /** One chain takes all of the store. @returns its ids, which the store keeps */
  private endStore(): number {
    const { store } = this.caches;
    if (store === null) return 0;
    const chain = this.registry.fork(-1, 0);
    store.write(chain, store.blocks);
    this.registry.close(chain);
    this.caches.checkConserved();
    return 2;
  }

  private answers(operation: Operation): Seen {
    const { a, b } = operation;
    switch (operation.kind) {
      case "admit":
        return this.admit(operation);
      case "route":
        return this.route(operation);
      case "release":
        return this.release(operation);
      case "grow":
        return this.grow(operation);
      case "done":
        return this.done(a);
      case "open":
        return this.quietly(() => this.sessions.start());
      case "close":
        return this.quietly(() => this.close(a));
      case "fork":
        return this.quietly(() => this.fork(operation));
      case "advance":
        return this.quietly(() => this.advance(a));
      case "addReplica":
        return this.quietly(() => this.addReplica(a % REPLICA_IDS));
      default:
        return this.quietly(() => this.onReplica(operation.kind, pick([...this.naive.keys()], b)));
    }
  }

  private onReplica(kind: string, replica: number | undefined): void {
    if (replica === undefined) return;
    if (kind === "flush") {
      this.caches.flush(replica);
      this.at(replica).cache.flush();
    } else if (kind === "removeReplica") {
      this.removeReplica(replica);
    } else if (kind === "eject") {
      this.router.eject(replica);
      this.naiveRouter.eject(replica);
    } else if (kind === "readmit") {
      this.router.readmit(replica);
      this.naiveRouter.readmit(replica);
    } else if (kind === "assign") {
      this.router.assign(replica);
      this.naiveRouter.change(replica, 1);
    } else throw new Error(`no operation ${kind}`);
  }

  private quietly(work: () => void): Seen {
    work();
    return { naive: null, kernel: null };
  }

  private advance(by: number): void {
    this.nowNs += by % 20;
    this.caches.advance(this.nowNs);
  }

  private addReplica(replica: number): void {
    if (this.naive.has(replica)) return;
    const { kvTokens, blockTokens, hostTokens } = this.setting;
    const cache = new BlockCache(kvTokens, blockTokens, hostTokens);
    this.caches.addReplica(replica, kvTokens);
    this.router.addReplica(replica);
    this.naive.set(replica, { cache, pictures: [] });
    this.naiveRouter.add(replica);
  }

  private removeReplica(replica: number): void {
    this.caches.removeReplica(replica);
    this.router.removeReplica(replica);
    this.naive.delete(replica);
    this.naiveRouter.remove(replica);
    this.running = this.running.filter((turn) => turn.replica !== replica);
  }

  private close(a: number): void {
    const session = pick(this.sessions.open, a);
    if (session === undefined || this.running.some((turn) => turn.session === session)) return;
    this.sessions.close(session);
    this.router.forget(session.number);
    this.naiveRouter.forget(session.number);
  }

  private fork({ a, b, c }: Operation): void {
    const prefix = this.prefix({ a, b, c });
    if (prefix === undefined || prefix.session.chains.length > 12) return;
    this.sessions.fork(prefix.session, prefix.chain, prefix.blocks);
  }

  private prefix({ a, b, c }: Omit<Operation, "kind">) {
    const session = pick(this.sessions.open, a);
    const chain = session && pick(session.chains, b);
    if (session === undefined || chain === undefined) return;
    return { session, chain, blocks: c % (chain.from + MOST_BLOCKS) };
  }

  private admit(operation: Operation): Seen {
    const prefix = this.prefix(operation);
    const replica = pick([...this.naive.keys()], operation.a + operation.c);
    if (prefix === undefined || replica === undefined) return { naive: null, kernel: null };
    const { chain, blocks } = prefix;
    const privateTokens = operation.b % (2 * this.setting.blockTokens);
    const maxHitBlocks = Math.max(0, blocks - (operation.c % 2));
    const admission = { chain: chain.id, blocks, privateTokens, maxHitBlocks };
    const { cache } = this.at(replica);
    const path = blocksOf(chain, blocks);
    const naive = cache.admit(path, privateTokens, maxHitBlocks);
    if (naive >= 0) this.running.push({ ...prefix, replica, privateTokens });
    const kernel = this.caches.admit(replica, admission);
    if (naive < 0) return { naive, kernel };
    const stored = this.fetched(path, naive, maxHitBlocks);
    return {
      naive: [naive + stored, cache.hostFound, stored],
      kernel: [kernel, this.caches.hostFound, this.caches.storeFound],
    };
  }

  private fetched(path: readonly string[], found: number, maxHitBlocks: number): number {
    if (this.naiveStore === null || found >= Math.min(path.length, maxHitBlocks)) return 0;
    return Math.max(found, Math.min(this.naiveStore.fetch(path), maxHitBlocks)) - found;
  }

  private grow({ a, b }: Operation): Seen {
    const turn = pick(this.running, a);
    if (turn === undefined) return { naive: null, kernel: null };
    const tokens = b % (3 * this.setting.blockTokens);
    const naive = this.at(turn.replica).cache.grow(tokens, this.setting.evictAtLeastTokens);
    if (naive) turn.privateTokens += tokens;
    return { naive, kernel: this.caches.grow(turn.replica, tokens) };
  }

  private release({ a, b, c }: Operation): Seen {
    const turn = pick(this.running, a);
    if (turn === undefined) return { naive: null, kernel: null };
    this.running.splice(this.running.indexOf(turn), 1);
    const { replica, chain, blocks, privateTokens, session } = turn;
    const path = blocksOf(chain, blocks);
    const last = ownerOf(chain, blocks - 1);
    const continued = session.chains.filter(
      (other) => blocks === 0 || ownerOf(other, blocks - 1) === last,
    );
    const full = b % 3 === 0 ? chain : (pick(continued, b) ?? chain);
    const fullBlocks = b % 3 === 0 ? blocks : blocks + (c % 5);
    this.at(replica).cache.release(path, blocksOf(full, fullBlocks), privateTokens);
    this.naiveStore?.write(blocksOf(full, fullBlocks));
    const released = { chain: chain.id, blocks, fullChain: full.id, fullBlocks, privateTokens };
    this.caches.release(replica, released);
    return { naive: null, kernel: null };
  }

  private route(operation: Operation): Seen {
    const prefix = this.prefix(operation);
    if (prefix === undefined) return { naive: null, kernel: null };
    const { session, chain, blocks } = prefix;
    const path = blocksOf(chain, blocks);
    return {
      naive: this.naiveRouter.route(session.number, (target) => this.known(target, path)),
      kernel: this.router.route(this.nowNs, session.number, chain.id, blocks),
    };
  }

  private done(a: number): Seen {
    const busy = this.naiveRouter.targets.filter(({ load }) => load > 0);
    const target = pick(busy, a);
    if (target === undefined) return { naive: null, kernel: null };
    this.naiveRouter.change(target.id, -1);
    this.router.done(target.id);
    return { naive: null, kernel: null };
  }

  private known(target: Target, path: readonly string[]): number {
    const { pictures } = this.at(target.id);
    const untilNs = this.nowNs - this.setting.lagNs;
    const blocks = pictures.findLast(({ atNs }) => atNs <= untilNs)?.blocks ?? new Set();
    return leading(path, blocks);
  }

  private naiveState(replica: number): unknown {
    const { cache } = this.at(replica);
    return {
      tokens: [cache.residentTokens(), cache.pinnedTokens(), cache.privateTokens],
      free: cache.freeTokens(),
      evicted: cache.evictedTokens,
      inFlight: this.naiveRouter.at(replica).load,
      resident: this.questions().map(({ chain, blocks }) =>
        cache.resident(blocksOf(chain, blocks)),
      ),
    };
  }

  private kernelState(replica: number): unknown {
    const { caches } = this;
    return {
      tokens: [
        caches.residentTokens(replica),
        caches.pinnedTokens(replica),
        caches.privateTokens(replica),
      ],
      free: caches.freeTokens(replica),
      evicted: caches.evictedTokens(replica),
      inFlight: this.router.inFlight(replica),
      resident: this.questions().map(({ chain, blocks }) =>
        caches.resident(replica, chain.id, blocks),
      ),
    };
  }

  private questions(): readonly { readonly chain: NamedChain; readonly blocks: number }[] {
    return this.sessions.open.flatMap(({ chains }) =>
      chains.flatMap((chain) => [
        { chain, blocks: chain.from },
        { chain, blocks: chain.from + MOST_BLOCKS + 5 },
      ]),
    );
  }

  private at(replica: number): Naive {
    const naive = this.naive.get(replica);
    if (naive === undefined) throw new Error(`no replica ${replica}`);
    return naive;
  }
}

function pick<T>(choices: readonly T[], number: number): T | undefined {
  return choices[number % Math.max(1, choices.length)];
}
