import closeWithGrace from "close-with-grace";
import type { Command } from "commander";
import { pino } from "pino";
import type { Logger } from "pino";
import { CONSOLE_DIR } from "../console-dir.ts";
import { HttpServerError, createHttpServer } from "../../adapters/http/server.ts";
import type { HttpServer } from "../../adapters/http/server.ts";
import { createView } from "../../adapters/http/view.ts";
import { combineTelemetry } from "../../adapters/telemetry/combine.ts";
import { createMetrics } from "../../adapters/telemetry/metrics.ts";
import type { AuditHealth } from "../../adapters/telemetry/metrics.ts";
import { NOTHING_CARRIED } from "../../controller/carried.ts";
import { loop } from "../../controller/loop.ts";
import { tick } from "../../controller/tick.ts";
import { HOUR_MS } from "../../core/units.ts";
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
  const logger = pino({ level: process.env["BREAKWATER_LOG_LEVEL"] ?? "info" });
  const assembled = assemble(flags, logger);
  const { controller, servers, version } = assembled;
  for (const server of servers) {
    const { url } = await server.listen();
    logger.info({ url, version, identity: flags.identity }, "listening");
  }
  controller.watches.start();
  controller.lock.start();
  const stop = stopOnSignal(logger, async () => {
    await Promise.all(servers.map((server) => server.close()));
    await controller.close();
  });
  // Not awaited: a bug in a tick is then an unhandled rejection, on which `stopOnSignal` gives the
  // lease up and ends the process. Otherwise it would live on, leading and deciding nothing.
  void tickUntil(stop, flags, assembled).finally(() => stop.finished());
}

interface Assembled {
  readonly version: string;
  readonly controller: Live;
  readonly servers: readonly HttpServer[];
  /** Set by the first tick that ended as the leader. */
  readonly progress: { decided: boolean };
}

/** @throws UsageError when the kubeconfig or an address cannot be used: nothing was started */
function assemble(flags: RunFlags, logger: Logger): Assembled {
  const version = packageVersion();
  const progress = { decided: false };
  const leading = (): boolean => controller.lock.state().leading;
  const audit = (): AuditHealth => controller.audit();
  const metrics = createMetrics({ version, leading, audit });
  const view = createView({ everyMs: flags.tickMs });
  const telemetry = combineTelemetry(metrics, view, logTelemetry(logger));
  const controller = orUsageError(() => live(flags, { telemetry, metrics, logger }));
  const addresses = [flags.http, ...(flags.console === null ? [] : [flags.console])];
  const servers = addresses.map((address) =>
    orUsageError(() =>
      createHttpServer({
        address,
        metrics,
        view,
        about: { version, mode: "live", speed: null, notes: [] },
        consoleDir: CONSOLE_DIR,
        review: controller.review,
        missing: () => unready(controller, progress.decided),
        onError: (error, path) => logger.error({ path, error: error.message }, "request failed"),
      }),
    ),
  );
  return { version, controller, servers, progress };
}

function orUsageError<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof PortError || error instanceof HttpServerError) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}

/** A standby is ready once it has seen the cluster: it could take over at any moment. */
function unready({ watches, lock, audit }: Live, decided: boolean): readonly string[] {
  if (!watches.synced()) return ["the cluster's objects: not every kind was listed yet"];
  if (!audit().writable) return ["the decision log: it cannot be written, nothing is decided"];
  return lock.state().leading && !decided ? ["the first tick as the leader"] : [];
}

async function tickUntil(
  stop: Stop,
  flags: RunFlags,
  { controller: { ports, watches, sweep }, progress, version }: Assembled,
): Promise<void> {
  let carried = NOTHING_CARRIED;
  let sweptAtMs = Number.NEGATIVE_INFINITY;
  const options = { codeVersion: version, digest: sha256, stopwatch, identity: flags.identity };
  const step = async (): Promise<void> => {
    if (!watches.synced()) return;
    carried = await tick(ports, carried, options);
    progress.decided = ports.lock.state().leading;
    if (!progress.decided || stopwatch() - sweptAtMs < HOUR_MS) return;
    sweptAtMs = stopwatch();
    await sweep();
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
