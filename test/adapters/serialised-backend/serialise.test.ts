import { describe, expect, it } from "vitest";
import { serialiseWrites } from "../../../src/adapters/serialised-backend/serialise.ts";
import type { CompiledPool } from "../../../src/core/compiled.ts";
import { rackCount } from "../../../src/core/units.ts";
import type { RackBackend, WriteOutcome } from "../../../src/ports/rack-backend.ts";
import { coreweavePool } from "../../support/kube-objects.ts";

const CHANGE = { uid: "u", from: rackCount(4), to: rackCount(5) };

/** A backend whose writes end when the test says so. */
function heldBackend() {
  const started: string[] = [];
  const ends: ((outcome: WriteOutcome | Error) => void)[] = [];
  const backend: RackBackend = {
    kind: "coreweave",
    read: async () => ({ count: null, refusals: [] }),
    write: ({ name }: CompiledPool) => {
      started.push(name);
      return new Promise((resolve, reject) => {
        ends.push((end) => (end instanceof Error ? reject(end) : resolve(end)));
      });
    },
    spare: () => Promise.resolve(),
  };
  return { backend, started, ends };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("serialised writes", () => {
  it("to one pool run one after another, a failed one included", async () => {
    const { backend, started, ends } = heldBackend();
    const serial = serialiseWrites(backend);
    const writes = [1, 2, 3].map(() => serial.write(coreweavePool("a"), CHANGE));
    const failed = expect(writes[0]).rejects.toThrow("refused");
    await turn();
    expect(started).toEqual(["a"]);
    ends[0]?.(new Error("refused"));
    await failed;
    await turn();
    expect(started).toEqual(["a", "a"]);
    ends[1]?.({ kind: "Written" });
    await expect(writes[1]).resolves.toEqual({ kind: "Written" });
  });

  it("to different pools do not wait for each other", async () => {
    const { backend, started } = heldBackend();
    const serial = serialiseWrites(backend);
    void serial.write(coreweavePool("a"), CHANGE);
    void serial.write(coreweavePool("b"), CHANGE);
    await turn();
    expect(started).toEqual(["a", "b"]);
  });
});
