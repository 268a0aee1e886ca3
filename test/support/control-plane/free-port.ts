import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the range from which Linux draws ports for outgoing connections (32768 and up), so that no
 * connection of another test can take the port between this check and its use.
 */
const FIRST_PORT = 20_000;
const PAST_LAST_PORT = 32_000;
const TRIES = 100;

/** A loopback TCP port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  for (let left = TRIES; left > 0; left--) {
    const port = randomInt(FIRST_PORT, PAST_LAST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`${TRIES} ports between ${FIRST_PORT} and ${PAST_LAST_PORT} were all taken`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
