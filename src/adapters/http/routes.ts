import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import {
  AboutAnswerSchema,
  DecisionsAnswerSchema,
  ErrorAnswerSchema,
  FleetsAnswerSchema,
  HistoryAnswerSchema,
  MomentAnswerSchema,
  PoolsAnswerSchema,
  ReadyAnswerSchema,
  type AboutAnswer,
} from "../../api/envelopes.ts";
import { DiagnosesAnswerSchema } from "../../api/cache-view.ts";
import type { ConsoleFile } from "./console-files.ts";
import type { EventStreams } from "./event-stream.ts";
import type { View } from "./view.ts";

export interface MetricsText {
  text(): Promise<string>;
  readonly contentType: string;
}

type Routes = FastifyPluginCallbackTypebox;

/** Routes that ask nobody: what Prometheus and the kubelet read. */
export function openRoutes(metrics: MetricsText, missing: () => readonly string[]): Routes {
  return (app, _options, done) => {
    app.get("/metrics", async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    );
    app.get("/healthz", (_request, reply) => reply.type("text/plain; charset=utf-8").send("ok\n"));
    const schema = { response: { 200: ReadyAnswerSchema, 503: ReadyAnswerSchema } };
    app.get("/readyz", { schema }, (_request, reply) => {
      const found = [...missing()];
      const ready = found.length === 0;
      void reply.code(ready ? 200 : 503).send({ ready, missing: found });
    });
    done();
  };
}

const OfFleet = Type.Object({
  fleet: Type.Optional(Type.String({ description: "namespace/name", maxLength: 260 })),
});

const OfHistory = Type.Object({
  ...OfFleet.properties,
  span: Type.Optional(
    Type.Enum(["day", "week"], { description: "12 hours by the minute, or a week by ten." }),
  ),
});

const OfInstant = Type.Object({ atSeconds: Type.Number({ minimum: 0 }) });

/** The JSON API: what the last tick saw and decided, and what came before. */
export function apiRoutes(view: View, about: AboutAnswer): Routes {
  return (app, _options, done) => {
    app.addHook("onRequest", (_request, reply, next) => {
      reply.header("cache-control", "no-store");
      next();
    });
    app.get("/about", { schema: answering(AboutAnswerSchema) }, () => about);
    app.get("/pools", { schema: answering(PoolsAnswerSchema) }, () => view.pools());
    app.get("/decisions", { schema: answering(DecisionsAnswerSchema) }, () => view.decisions());
    app.get(
      "/fleets",
      { schema: { querystring: OfFleet, ...answering(FleetsAnswerSchema) } },
      (request) => view.fleets(request.query.fleet),
    );
    app.get(
      "/history",
      { schema: { querystring: OfHistory, ...answering(HistoryAnswerSchema) } },
      ({ query }) => view.history(query.fleet, query.span),
    );
    app.get(
      "/moment",
      { schema: { querystring: OfInstant, ...answering(MomentAnswerSchema) } },
      ({ query }) => view.moment(query.atSeconds),
    );
    app.get(
      "/diagnoses",
      { schema: { querystring: OfFleet, ...answering(DiagnosesAnswerSchema) } },
      (request) => view.diagnoses(request.query.fleet),
    );
    done();
  };
}

const answering = <T>(schema: T) => ({ response: { 200: schema } });

/** The live stream: a snapshot or what was missed, then a message per tick. */
export function eventRoutes(streams: EventStreams): Routes {
  return (app, _options, done) => {
    app.get("/events", { schema: { response: { 503: ErrorAnswerSchema } } }, (request, reply) => {
      if (streams.full) {
        void reply.code(503).send({ error: TOO_MANY_READERS });
        return;
      }
      const lastEventId = request.headers["last-event-id"];
      reply.hijack();
      reply.raw.writeHead(200, { ...headersOf(reply), ...STREAM_HEADERS });
      streams.start(reply.raw, typeof lastEventId === "string" ? lastEventId : null);
    });
    done();
  };
}

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

/** A hijacked reply does not send the headers that plugins set: they are carried over. */
function headersOf(reply: Pick<FastifyReply, "getHeaders">): Record<string, string> {
  const pairs = Object.entries(reply.getHeaders());
  return Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]));
}

const TOO_MANY_READERS = "Too many readers of the stream; close a console and try again.";

/** The console's page and its files. */
export function consoleRoutes(files: ReadonlyMap<string, ConsoleFile>): Routes {
  return (app, _options, done) => {
    app.get("/", (_request, reply) => sendFile(reply, files.get("index.html")));
    app.get("/console/*", (request, reply) => {
      const name = new URL(request.url, "http://localhost").pathname.slice("/console/".length);
      return sendFile(reply, files.get(name));
    });
    done();
  };
}

function sendFile(reply: FastifyReply, file: ConsoleFile | undefined): FastifyReply {
  if (file === undefined) {
    const error = "No such file of the console. If it was never built, run 'npm run build'.";
    return reply.code(404).send({ error });
  }
  return reply.type(file.contentType).header("cache-control", "no-cache").send(file.body);
}
