import type { GroupMemory } from "../core/memory.ts";

export interface StoredMemory {
  readonly memory: GroupMemory;
  /** Opaque; hand it back to `save`. */
  readonly version: string;
}

/** Carried state, saved by compare-and-swap. */
export interface MemoryStore {
  /** @returns null when nothing was saved yet. @throws PortError */
  load(group: string): Promise<StoredMemory | null>;
  /**
   * @param previous the version last loaded or saved, null for the first time
   * @returns the new version
   * @throws PortError `conflict` when another writer came first: the caller no longer leads
   */
  save(group: string, memory: GroupMemory, previous: string | null): Promise<string>;
}
