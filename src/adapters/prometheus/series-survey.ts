/** Which of a fleet's series are there, on how many targets: asked once, for `doctor`. */
import { planSeries, readSeries } from "../../core/queries/series-plan.ts";
import { PortError } from "../../ports/errors.ts";
import type { SeriesSurvey } from "../../ports/series-survey.ts";
import { askAll, endpointOf, type PrometheusSourceOptions } from "./signal-source.ts";

/** @returns the survey; a question that fails fails it, since a share of the truth misleads */
export const createSeriesSurvey = (options: PrometheusSourceOptions): SeriesSurvey => ({
  read: async (fleet, at) => {
    const asked = { client: options.client, endpoint: await endpointOf(options, fleet) };
    const outcomes = await askAll(asked, planSeries(fleet), at);
    for (const outcome of outcomes.values()) {
      if (outcome.kind === "failed") throw new PortError("bad-answer", outcome.detail);
    }
    return readSeries(fleet, outcomes);
  },
});
