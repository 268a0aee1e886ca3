/**
 * Forecasts to compare with. Each gives a point; its quantiles are those of its own past errors at
 * the horizon, in logarithms, over the last two weeks: the same for all, and kinder to them than
 * what their users get.
 */

const DAY_S = 86_400;
/** Two weeks of errors, as the recipe's window. */
const ERRORS_S = 14 * DAY_S;
/** Errors that a quantile needs; before, those of a normal one of 15 %. */
const LEAST_ERRORS = 20;
const PRIOR_SD = 0.15;
/** The errors are sorted anew after so many. */
const SORTED_EVERY = 60;

/** One request a minute: logarithms need a floor. */
const FLOOR = 1 / 60;
const log = (rate) => Math.log(Math.max(rate, FLOOR));

/** Yesterday's value at the same time, or the last one while there is no yesterday. */
const seasonalNaive = ({ stepS }) => {
  const period = DAY_S / stepS;
  const seen = [];
  return {
    observe: (rate) => seen.push(rate),
    point: (steps) => seen[seen.length - 1 + steps - period] ?? seen.at(-1),
  };
};

/** The last value. */
const naive = () => {
  let last = 0;
  return { observe: (rate) => (last = rate), point: () => last };
};

/** Smoothing per observation as statsmodels' and Gardner's guides start from; trend damped. */
const HOLT_WINTERS = { level: 0.3, trend: 0.05, season: 0.2, damping: 0.98 };

/** Additive Holt-Winters on the logarithm with a daily season, damped (Gardner & McKenzie 1985). */
const holtWinters = ({ stepS }) => {
  const period = DAY_S / stepS;
  const season = Array.from({ length: period }, () => 0);
  const known = Array.from({ length: period }, () => false);
  let [n, level, trend] = [0, 0, 0];
  const { level: alpha, trend: beta, season: gamma, damping } = HOLT_WINTERS;
  return {
    observe: (rate) => {
      const y = log(rate);
      const at = n % period;
      if (n === 0) level = y;
      const before = level;
      level = alpha * (y - season[at]) + (1 - alpha) * (level + damping * trend);
      trend = beta * (level - before) + (1 - beta) * damping * trend;
      if (known[at]) season[at] = gamma * (y - level) + (1 - gamma) * season[at];
      else season[at] = n < period ? 0 : gamma * (y - level);
      known[at] = n >= period;
      n += 1;
    },
    point: (steps) => {
      const sum = (damping * (1 - damping ** steps)) / (1 - damping);
      return Math.exp(level + trend * sum + season[(n - 1 + steps) % period]);
    },
  };
};

/** Dynamo's local linear trend: q_level 1, q_trend 0.1, r 10, P0 = 1000 I, clamped at 0. */
const kalman = () => {
  let [level, trend] = [0, 0];
  let [p11, p12, p22] = [1_000, 0, 1_000];
  return {
    observe: (rate) => {
      level += trend;
      p11 += 2 * p12 + p22 + 1;
      p12 += p22;
      p22 += 0.1;
      const [k1, k2] = [p11 / (p11 + 10), p12 / (p11 + 10)];
      const error = rate - level;
      level += k1 * error;
      trend += k2 * error;
      p22 -= k2 * p12;
      p12 *= 1 - k1;
      p11 *= 1 - k1;
    },
    point: (steps) => Math.max(0, level + steps * trend),
  };
};

/** @returns quantiles of what comes `steps` ahead, by the point forecast's past errors */
function withErrors(method, series, { steps, z }) {
  const forecast = method(series);
  const waiting = [];
  const errors = [];
  const most = ERRORS_S / series.stepS;
  let sorted = null;
  let fresh = 0;
  return (rate) => {
    forecast.observe(rate);
    if (waiting.length === steps) {
      errors.push(log(rate) - waiting.shift());
      fresh += 1;
      if (errors.length > most) errors.shift();
    }
    const point = log(forecast.point(steps));
    waiting.push(point);
    if (errors.length >= LEAST_ERRORS && (sorted === null || fresh >= SORTED_EVERY)) {
      sorted = Float64Array.from(errors).sort();
      fresh = 0;
    }
    return z.map(({ z: normal, share }) => {
      const away = sorted ? sorted[Math.floor(share * sorted.length)] : normal * PRIOR_SD;
      return Math.exp(point + away);
    });
  };
}

const METHODS = {
  "last value": naive,
  "seasonal naive": seasonalNaive,
  "Holt-Winters": holtWinters,
};

/** By name; each takes a series and what is asked for, and gives quantiles after every rate. */
export const BASELINES = Object.fromEntries(
  Object.entries({ ...METHODS, "Kalman (Dynamo)": kalman }).map(([name, method]) => [
    name,
    (series, asked) => withErrors(method, series, asked),
  ]),
);
