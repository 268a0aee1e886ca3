/** Carried state, held in memory under compare-and-swap. */
import { PortError } from "../../ports/errors.ts";
import type { MemoryStore, StoredMemory } from "../../ports/memory-store.ts";

export function simulatedMemoryStore(): MemoryStore {
  const stored = new Map<string, StoredMemory>();
  return {
    load: (group) => Promise.resolve(stored.get(group) ?? null),
    save: (group, memory, previous) => {
      const current = stored.get(group)?.version ?? null;
      if (current !== previous) {
        const message = `saving memory of ${group}: version is ${current}, expected ${previous}`;
        return Promise.reject(new PortError("conflict", message));
      }
      const version = String(Number(current ?? 0) + 1);
      stored.set(group, { memory, version });
      return Promise.resolve(version);
    },
  };
}
