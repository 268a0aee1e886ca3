import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blobLines, type BlobLine } from "../../src/console/blob-lines.ts";

async function linesOf(blob: Blob): Promise<BlobLine[]> {
  const lines: BlobLine[] = [];
  for await (const line of blobLines(blob)) lines.push(line);
  return lines;
}

/** A file whose stream comes in pieces of this many bytes. */
function inPieces(text: string, bytes: number): Blob {
  const blob = new Blob([text]);
  blob.stream = () =>
    new ReadableStream({
      start: async (controller) => {
        const all = new Uint8Array(await blob.arrayBuffer());
        for (let at = 0; at < all.length; at += bytes) {
          controller.enqueue(all.slice(at, at + bytes));
        }
        controller.close();
      },
    });
  return blob;
}

describe("lines of a file", () => {
  it("are numbered from 1 and know their bytes", async () => {
    expect(await linesOf(new Blob(["a\n\nbc"]))).toEqual([
      { text: "a", number: 1, from: 0, to: 1 },
      { text: "", number: 2, from: 2, to: 2 },
      { text: "bc", number: 3, from: 3, to: 5 },
    ]);
  });

  it("are those of the text, however the bytes come, and can be read again", async () => {
    const text = fc.array(fc.string({ unit: fc.constantFrom("a", "ü", "→", "\n") }));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (parts, bytes) => {
        const whole = parts.join("\n");
        const blob = inPieces(whole, bytes);
        const lines = await linesOf(blob);
        const expected = whole.endsWith("\n") || whole === "" ? whole.slice(0, -1) : whole;
        expect(lines.map(({ text: line }) => line)).toEqual(
          whole === "" ? [] : expected.split("\n"),
        );
        for (const { text: line, from, to } of lines) {
          expect(await blob.slice(from, to).text()).toBe(line);
        }
      }),
      { numRuns: 60 },
    );
  });
});
