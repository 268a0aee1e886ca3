import type { FastifyPluginCallbackTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import {
  FlipsAnswerSchema,
  WhatIfAnswerSchema,
  WhyNotAnswerSchema,
} from "../../api/counterfactual-view.ts";
import { ErrorAnswerSchema } from "../../api/envelopes.ts";
import type { FleetKey } from "../../core/compiled.ts";
import { readAssumption } from "../../core/counterfactual/assumptions.ts";
import type { Assumption } from "../../core/counterfactual/assumptions.ts";
import type { DecidedOn } from "../../core/counterfactual/decided-on.ts";
import {
  flipsAnswer,
  whatIfAnswer,
  whyNotAnswer,
} from "../telemetry/views/counterfactual-views.ts";
import type { View } from "./view.ts";

/** A request that cannot be answered, in words for whoever asked. */
class RequestError extends Error {
  readonly statusCode: 400 | 404;

  constructor(statusCode: 400 | 404, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

const FleetName = Type.String({ description: "namespace/name", maxLength: 260 });
/** More would hardly be understood by whoever reads the answer. */
const MOST_ASSUMPTIONS = 16;
const Assumed = Type.String({ description: "NAME=VALUE, as demand=x1.5", maxLength: 100 });
const Asked = {
  whatIf: Type.Object({
    fleet: FleetName,
    assume: Type.Array(Assumed, { minItems: 1, maxItems: MOST_ASSUMPTIONS }),
  }),
  whyNot: Type.Object({
    fleet: FleetName,
    racks: Type.Integer({ minimum: 0, maximum: 1_000 }),
  }),
  flips: Type.Object({ fleet: FleetName }),
};

const answering = <T>(schema: T) => ({
  200: schema,
  400: ErrorAnswerSchema,
  404: ErrorAnswerSchema,
});

/** Decides the last tick again, with something otherwise: nothing is written by it. */
export function counterfactualRoutes(view: View): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      "/what-if",
      { schema: { querystring: Asked.whatIf, response: answering(WhatIfAnswerSchema) } },
      ({ query }) => {
        const assumptions = query.assume.map(assumptionOf);
        return about(view, query.fleet, (world, fleet) => whatIfAnswer(world, fleet, assumptions));
      },
    );
    app.get(
      "/why-not",
      { schema: { querystring: Asked.whyNot, response: answering(WhyNotAnswerSchema) } },
      ({ query }) =>
        about(view, query.fleet, (world, fleet) => whyNotAnswer(world, fleet, query.racks)),
    );
    app.get(
      "/flips",
      { schema: { querystring: Asked.flips, response: answering(FlipsAnswerSchema) } },
      ({ query }) => about(view, query.fleet, flipsAnswer),
    );
    done();
  };
}

function assumptionOf(text: string): Assumption {
  const read = readAssumption(text);
  if ("problem" in read) throw new RequestError(400, `assume: ${read.problem}`);
  return read;
}

function about<T>(
  view: View,
  name: string,
  answer: (world: DecidedOn, fleet: FleetKey) => T | undefined,
): T {
  const found = view.decidedOn(name);
  const answered = found && answer(found.world, found.fleet);
  if (answered !== undefined) return answered;
  const known = view.fleets().fleets.map(({ fleet }) => fleet);
  const expected = known.join(", ") || "a fleet, and none was decided on yet";
  throw new RequestError(404, `fleet: found "${name}", expected ${expected}`);
}
