import { createServer } from "node:http";

/** A sample line without its timestamp, for the k-th of a target's scrapes. */
export type Page = (k: number) => readonly string[];

export interface KnownTarget {
  readonly path: string;
  readonly page: Page;
}

export interface KnownSeries {
  readonly address: string;
  /** Whether every target was scraped to the end of its history. */
  complete(): boolean;
  /** When the newest samples were taken. */
  readonly newestMs: number;
  /** From now on the target is refused. */
  kill(path: string): void;
  stop(): Promise<void>;
}

/** Ten minutes of samples as a scrape every 15 s would have taken them. */
export const STEP_SECONDS = 15;
export const STEPS = 40;

/**
 * Serves series whose values are known: each scrape is given the next sample of a past history,
 * with the instant it is from, so that seconds of scraping make minutes of exact samples. The last
 * sample is given again and again.
 */
export async function startKnownSeries(targets: readonly KnownTarget[]): Promise<KnownSeries> {
  const newestMs = Date.now();
  const scrapes = new Map(targets.map(({ path }) => [path, 0]));
  const dead = new Set<string>();
  const server = createServer((request, response) => {
    const target = targets.find(({ path }) => path === request.url);
    if (target === undefined || dead.has(target.path)) {
      response.writeHead(503).end();
      return;
    }
    const k = Math.min(scrapes.get(target.path) ?? 0, STEPS - 1);
    scrapes.set(target.path, k + 1);
    const at = newestMs - (STEPS - 1 - k) * STEP_SECONDS * 1000;
    const lines = target.page(k).map((line) => `${line} ${at}\n`);
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(lines.join(""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    address: `127.0.0.1:${address.port}`,
    complete: () => [...scrapes.values()].every((count) => count >= STEPS),
    newestMs,
    kill: (path) => dead.add(path),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
