import closeWithGrace from "close-with-grace";
import type { Command } from "commander";
import { pino } from "pino";
import type { Logger } from "pino";
import { createHttpServer } from "../../adapters/http/server.ts";
import { createView } from "../../adapters/http/view.ts";
import type { View } from "../../adapters/http/view.ts";
import { combineTelemetry } from "../../adapters/telemetry/combine.ts";
import { createMetrics } from "../../adapters/telemetry/metrics.ts";
import type { Metrics } from "../../adapters/telemetry/metrics.ts";
import { NOTHING_CARRIED } from "../../controller/carried.ts";
import { loop } from "../../controller/loop.ts";
import { tick } from "../../controller/tick.ts";
import { PortError } from "../../ports/errors.ts";
import { sha256 } from "../digest.ts";
import { live } from "../live.ts";
import type { Live } from "../live.ts";
import { logTelemetry } from "../log-telemetry.ts";
import { sleep, stopwatch } from "../pace.ts";
import { decodeRunFlags, withRunFlags } from "../run-flags.ts";
import type { RunFlags } from "../run-flags.ts";
import { UsageError } from "../usage-error.ts";
import { packageVersion } from "../version.ts";

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("Run the controller against a cluster. Every flag has a BREAKWATER_ twin.")
    .addHelpText(
      "after",
      "\nExample:\n  breakwater run --kubeconfig ~/.kube/config --namespace breakwater \\\n" +
        "    --prometheus-url http://127.0.0.1:9090\n",
    );
  withRunFlags(command).action((raw: Record<string, string>) => run(decodeRunFlags(raw)));
}

async function run(flags: RunFlags): Promise<void> {
  const version = packageVersion();
  const logger = pino({ level: process.env["BREAKWATER_LOG_LEVEL"] ?? "info" });
  const metrics = createMetrics({ version });
  const view = createView();
  const controller = started(flags, logger, { metrics, view });
  const server = serverOf(flags, logger, { metrics, view, controller, version });
  const { url } = await server.listen();
  controller.watches.start();
  controller.lock.start();
  logger.info({ url, version, identity: flags.identity }, "controller started");
  const stop = stopOnSignal(logger, async () => {
    await server.close();
    await controller.close();
  });
  await tickUntil(stop, flags, controller, version);
  stop.finished();
}

interface Sinks {
  readonly metrics: Metrics;
  readonly view: View;
}

/** @throws UsageError when the kubeconfig cannot be used: nothing was started */
function started(flags: RunFlags, logger: Logger, { metrics, view }: Sinks): Live {
  try {
    return live(flags, combineTelemetry(metrics, view, logTelemetry(logger)), logger);
  } catch (error) {
    if (error instanceof PortError) throw new UsageError(error.message);
    throw error;
  }
}

function serverOf(
  flags: RunFlags,
  logger: Logger,
  parts: Sinks & { readonly controller: Live; readonly version: string },
) {
  const { metrics, view, controller, version } = parts;
  return createHttpServer({
    address: flags.http,
    metrics,
    view,
    about: { version, mode: "live", speed: null, notes: [] },
    review: controller.review,
    missing: () => unready(controller, view),
    onError: (error, path) => logger.error({ path, error: error.message }, "request failed"),
  });
}

/** A standby is ready once it has seen the cluster: it could take over at any moment. */
function unready({ watches, lock }: Live, view: View): readonly string[] {
  if (!watches.synced()) return ["the cluster's objects: not every kind was listed yet"];
  return lock.state().leading ? view.missing() : [];
}

async function tickUntil(
  stop: Stop,
  flags: RunFlags,
  { ports, watches }: Live,
  codeVersion: string,
): Promise<void> {
  let carried = NOTHING_CARRIED;
  const options = { codeVersion, digest: sha256, stopwatch };
  const step = async (): Promise<void> => {
    if (watches.synced()) carried = await tick(ports, carried, options);
  };
  await loop(step, { everyMs: flags.tickMs, stop: stop.signal, stopwatch, sleep });
}

interface Stop {
  readonly signal: AbortSignal;
  /** Says that the last tick has ended: what it used may be closed. */
  finished(): void;
}

/** SIGTERM, SIGINT: the tick under way ends, then the lease is given up and everything closed. */
function stopOnSignal(logger: Logger, close: () => Promise<void>): Stop {
  const stopping = new AbortController();
  const { promise: lastTick, resolve: finished } = settled();
  closeWithGrace({ delay: 20_000 }, async ({ err, signal }) => {
    if (err !== undefined) logger.fatal({ error: String(err.stack ?? err) }, "crashed");
    logger.info({ signal: signal ?? "" }, "stopping");
    stopping.abort();
    if (err === undefined) await lastTick;
    await close();
    logger.info("stopped");
  });
  return { signal: stopping.signal, finished };
}

function settled(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let release = (): void => {};
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, resolve: () => release() };
}
