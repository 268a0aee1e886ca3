import closeWithGrace from "close-with-grace";
import type { Command } from "commander";
import { CONSOLE_DIR } from "../console-dir.ts";
import { HttpServerError, createHttpServer } from "../../adapters/http/server.ts";
import type { HttpServer } from "../../adapters/http/server.ts";
import { createView } from "../../adapters/http/view.ts";
import { combineTelemetry } from "../../adapters/telemetry/combine.ts";
import { createMetrics } from "../../adapters/telemetry/metrics.ts";
import { loop } from "../../controller/loop.ts";
import { controllerTicks } from "../../sim/controller-ticks.ts";
import { SECOND_MS, after, millis } from "../../core/units.ts";
import { sha256 } from "../digest.ts";
import { demo } from "../demo-world.ts";
import { narrator } from "../narrator.ts";
import { portNumber, positiveNumber, seedNumber } from "../numbers.ts";
import { sleep, stopwatch } from "../pace.ts";
import { packageVersion } from "../version.ts";
import { UsageError } from "../usage-error.ts";

interface DemoFlags {
  readonly speed: number;
  readonly seed: number;
  readonly port?: number;
}

/** One tick of the controller, in the world's time. */
const TICK_MS = millis(15 * SECOND_MS);

const NOTES = [
  "Simulated fleet and racks, real controller. A rack takes 4 to 12 simulated minutes to arrive.",
  "Watch a surge: latency leaves the objective, racks are asked for as it rises, they " +
    "join, start and serve, and the latency returns. Later one rack at a time is given back.",
];

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description(
      "Carry a simulated fleet through surges, with the real controller and the console.",
    )
    .option("--speed <factor>", "simulated seconds per second", positiveNumber, 60)
    .option("--seed <number>", "of the traffic and the racks", seedNumber, 1)
    .option("--port <number>", "of the console; default: 8080, or a free one", portNumber)
    .addHelpText("after", "\nExample:\n  breakwater demo --speed 120 --seed 7\n")
    .action(runDemo);
}

async function runDemo({ speed, seed, port }: DemoFlags): Promise<void> {
  const version = packageVersion();
  const metrics = createMetrics({ version });
  const view = createView({ everyMs: TICK_MS });
  const print = (line: string): void => console.log(line);
  const telemetry = combineTelemetry(metrics, view, narrator(print));
  const { world, ports } = demo(seed, telemetry);
  const serverOn = (wanted: number): HttpServer =>
    createHttpServer({
      address: { host: "127.0.0.1", port: wanted },
      metrics,
      view,
      about: { version, mode: "demo", speed, notes: NOTES },
      consoleDir: CONSOLE_DIR,
      onError: (error, path) => console.error(`${path}: ${error.message}`),
    });
  const { server, url } = await listening(serverOn, port);
  print(`Console: ${url}   (Ctrl-C ends it, nothing is left behind)`);
  print(askingText(url));
  print(`A fleet of 4 racks at ${speed}x, seed ${seed}. ${NOTES.join(" ")}`);
  const stop = stopOnSignal(server);
  const tick = controllerTicks(ports, { codeVersion: version, digest: sha256, stopwatch });
  const step = async (): Promise<void> => {
    world.advanceTo(after(world.now(), TICK_MS));
    await tick();
  };
  await loop(step, { everyMs: millis(TICK_MS / speed), stop, stopwatch, sleep });
}

/** Where `status` and `explain` look when nothing else is said. */
const USUAL_PORT = 8080;

/** @returns the commands to type in another terminal, with the address where it is not the usual */
function askingText(url: string): string {
  const at = new URL(url).port === String(USUAL_PORT) ? "" : ` --url ${url}`;
  return `Ask it: npx breakwater status${at}   npx breakwater explain agents/coder${at}`;
}

/** @throws UsageError when the port asked for is taken; without one, another is found */
async function listening(
  serverOn: (port: number) => HttpServer,
  port: number | undefined,
): Promise<{ readonly server: HttpServer; readonly url: string }> {
  const first = serverOn(port ?? USUAL_PORT);
  try {
    return { server: first, ...(await first.listen()) };
  } catch (error) {
    if (!(error instanceof HttpServerError)) throw error;
    if (port !== undefined) throw new UsageError(error.message);
    const free = serverOn(0);
    return { server: free, ...(await free.listen()) };
  }
}

/** Ctrl-C: the tick under way ends, streams and the port are closed, the process leaves with 0. */
function stopOnSignal(server: HttpServer): AbortSignal {
  const stopping = new AbortController();
  closeWithGrace({ delay: 5_000 }, async ({ err }) => {
    if (err !== undefined) console.error(err);
    stopping.abort();
    await server.close();
  });
  return stopping.signal;
}
