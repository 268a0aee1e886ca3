/** Everything below the header, for one instant. */
import type { HistoryPoint } from "../api/history-view.ts";
import type { Span } from "./chart-columns.ts";
import { decisionsPanel, holdRows, holdsPanel } from "./decisions-panel.ts";
import { byId, keyedList, setText } from "./dom.ts";
import { instant } from "./format.ts";
import { fleetPanel, type FleetInput } from "./fleet-panel.ts";
import { glancePanel } from "./glance-panel.ts";
import { WEEK_STEP_SECONDS, type PageSource } from "./page-source.ts";
import type { PageState } from "./page-state.ts";
import { poolPanel } from "./rack-grid.ts";

export interface Shown {
  /** As it was at the instant. */
  readonly state: PageState;
  /** By the minute, up to the newest: charts show what came after the instant too. */
  readonly history: PageState["history"];
  readonly source: PageSource;
  readonly nowSeconds: number;
  readonly latestSeconds: number;
  readonly windowSeconds: number;
  readonly live: boolean;
}

export function pagePanels(): (shown: Shown) => void {
  const glance = glancePanel();
  const decisions = decisionsPanel();
  const holds = holdsPanel();
  byId("glance").append(glance.element);
  byId("decisions").append(decisions.element);
  byId("holds").append(holds.element);
  const showFleets = keyedList<FleetInput>(byId("fleets"), {
    key: ({ fleet }) => fleet.fleet,
    create: fleetPanel,
  });
  const showPools = keyedList(byId("pools"), { key: ({ pool }) => pool, create: poolPanel });
  return (shown) => {
    const { state, nowSeconds, history } = shown;
    setText(byId("glance-title"), titleOf(shown));
    glance.update(state);
    showFleets(fleetInputs(shown));
    showPools(state.pools);
    decisions.update({ state: { ...state, history }, nowSeconds });
    holds.update(holdRows(state));
  };
}

const titleOf = ({ live, nowSeconds }: Shown): string =>
  live ? "Now" : `At ${instant(nowSeconds)}`;

function fleetInputs(shown: Shown): FleetInput[] {
  const { state, live } = shown;
  const span = spanOf(shown);
  const points = pointsFor(shown);
  return state.fleets.map((fleet) => ({
    fleet,
    points: points(fleet.fleet),
    span,
    usdPerRackHour: priceFor(fleet.fleet, state.pools),
    live,
  }));
}

/** Beyond this a window is drawn from points of ten minutes. */
const LONGEST_BY_MINUTE_SECONDS = 12 * 3_600;
const MINUTE_SECONDS = 60;

function pointsFor({ windowSeconds, source, history }: Shown) {
  if (windowSeconds <= LONGEST_BY_MINUTE_SECONDS) {
    return (fleet: string): readonly HistoryPoint[] => history.get(fleet) ?? [];
  }
  source.needWeek();
  return source.week;
}

/** An instant longer ago than the window is shown in the middle of a window of its own. */
function spanOf({ nowSeconds, latestSeconds, windowSeconds }: Shown): Span {
  const within = nowSeconds >= latestSeconds - windowSeconds;
  return {
    nowSeconds,
    endSeconds: within ? latestSeconds : nowSeconds + windowSeconds / 2,
    windowSeconds,
    resolutionSeconds:
      windowSeconds <= LONGEST_BY_MINUTE_SECONDS ? MINUTE_SECONDS : WEEK_STEP_SECONDS,
  };
}

/** @returns the price, where all pools that the fleet draws from agree in it */
function priceFor(fleet: string, pools: PageState["pools"]): number | null {
  const own = pools.filter(({ consumers }) => consumers.some((one) => one.fleet === fleet));
  const prices = new Set(own.map(({ usdPerRackHour }) => usdPerRackHour ?? null));
  const [price = null] = prices;
  return prices.size === 1 ? price : null;
}

/** @returns the seconds that charts show */
export function chosenWindow(): number {
  const chosen = byId("window").querySelector<HTMLInputElement>("input:checked");
  return Number(chosen?.value ?? "3") * 3_600;
}
