/** Chains by a run-time id that is used again, and by a name that is not. */
import type { ChainRegistry } from "../../../src/sim/kernel/cache-contract.ts";
import type { Setting } from "./operations.ts";

export interface NamedChain {
  readonly id: number;
  readonly name: string;
  readonly from: number;
  readonly parent: NamedChain | null;
}

export interface OpenSession {
  readonly number: number;
  readonly bases: number[];
  readonly chains: NamedChain[];
  closed: boolean;
}

/** @returns names of the first `blocks` blocks of the path that ends in `chain` */
export function blocksOf(chain: NamedChain | null, blocks: number): readonly string[] {
  return Array.from({ length: chain === null ? 0 : blocks }, (_, depth) => {
    const owner = ownerOf(chain, depth);
    return `${owner?.name}/${depth}`;
  });
}

/** @returns the chain of the path that has the block at `depth` */
export function ownerOf(chain: NamedChain | null, depth: number): NamedChain | null {
  let owner = chain;
  while (owner?.parent && owner.from > depth) owner = owner.parent;
  return owner;
}

/** Opens and closes sessions of the setting's template, and forks them. */
export class Sessions {
  readonly open: OpenSession[] = [];
  private readonly registry: ChainRegistry;
  private readonly handle: number;
  private readonly shared: NamedChain[] = [];
  private readonly setting: Setting;
  private count = 0;

  constructor(registry: ChainRegistry, setting: Setting) {
    this.registry = registry;
    this.setting = setting;
    this.handle = registry.register(setting.chains);
    for (let index = 0; index < setting.sharedCount; index++) {
      const id = registry.sharedChain(this.handle, index);
      this.shared.push(this.named(id, index, { owner: "shared", chains: this.shared }));
    }
  }

  start(): OpenSession {
    const { sharedCount, chains } = this.setting;
    const own = chains.parent.length - sharedCount;
    const base = this.registry.open(this.handle, sharedCount, own);
    const number = this.count++;
    const all = [...this.shared];
    for (let index = sharedCount; index < sharedCount + own; index++) {
      const id = base + index - sharedCount;
      all.push(this.named(id, index, { owner: `session${number}`, chains: all }));
    }
    const session = { number, bases: [base], chains: all, closed: false };
    this.open.push(session);
    return session;
  }

  fork(session: OpenSession, parent: NamedChain, from: number): void {
    const id = this.registry.fork(parent.id, from);
    const name = `session${session.number}fork${session.chains.length}`;
    session.bases.push(id);
    session.chains.push({ id, name, from, parent: from === 0 ? null : parent });
  }

  close(session: OpenSession): void {
    for (const base of session.bases) this.registry.close(base);
    session.closed = true;
    this.open.splice(this.open.indexOf(session), 1);
  }

  closeAll(): void {
    for (const session of this.open.toReversed()) this.close(session);
  }

  private named(
    id: number,
    index: number,
    { owner, chains }: { owner: string; chains: readonly NamedChain[] },
  ): NamedChain {
    const { parent, from } = this.setting.chains;
    const above = chains[parent[index] ?? -1] ?? null;
    return { id, name: `${owner}.${index}`, from: from[index] ?? 0, parent: above };
  }
}
