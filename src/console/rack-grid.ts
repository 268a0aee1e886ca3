/** The racks of one pool: phase as colour, glyph and word; nodes; who uses it. */
import type { PoolView, RackView } from "../api/pool-view.ts";
import { el, keyedList, setAttribute, setText, type Panel } from "./dom.ts";
import { duration, minute, racks, significant, usd } from "./format.ts";

type Phase = RackView["phase"];

/** Glyphs differ in shape, not only in colour: filled serves, half warms, hollow is to come. */
const GLYPHS: Readonly<Record<Phase, string>> = {
  Requested: "○",
  Provisioning: "◌",
  Joining: "◔",
  Starting: "◑",
  Warming: "◕",
  Serving: "●",
  Draining: "▽",
  Releasing: "▼",
  Gone: "×",
  Repairing: "✚",
  Loaned: "◆",
  Idle: "□",
};

/** A rack as the grid shows it; one that has no nodes yet has no id either. */
interface Tile {
  readonly key: string;
  readonly title: string;
  readonly phase: Phase;
  readonly nodes: number;
  readonly readyNodes: number;
  readonly cordonedNodes: number;
  /** Nodes that are to be there. */
  readonly places: number;
  readonly degraded: boolean;
  readonly note: string;
}

export function poolPanel({ pool }: PoolView): Panel<PoolView> {
  const headingId = `pool-${pool}`;
  const facts = el("p", { class: "facts" });
  const phases = el("p", { class: "phases" });
  const loan = el("p", { class: "loan" });
  const arrival = el("p", { class: "facts" });
  const grid = el("ul", { class: "racks", "aria-label": `Racks of ${pool}` });
  const showTiles = keyedList<Tile>(grid, { key: ({ key }) => key, create: tilePanel });
  return {
    element: el(
      "article",
      { class: "card", "aria-labelledby": headingId },
      el("h3", { id: headingId }, pool),
      facts,
      phases,
      loan,
      grid,
      arrival,
    ),
    update: (view) => {
      setText(facts, factsOf(view));
      setText(phases, phaseSummary(view));
      setText(loan, loanText(view));
      loan.hidden = view.loan === undefined;
      setText(arrival, arrivalText(view));
      showTiles(tilesOf(view));
    },
  };
}

function factsOf(view: PoolView): string {
  const { desiredRacks, maxRacks, committedRacks, supply, stock, refusals } = view;
  const count =
    desiredRacks === null ? "count unreadable" : `count asks for ${racks(desiredRacks)}`;
  const parts = [
    count,
    `at most ${maxRacks}`,
    supply === "Reserved" ? `${committedRacks} committed` : supply,
    ...(stock === null || stock === "unknown" ? [] : [`stock: ${stock}`]),
    ...refusals.map(({ text }) => text),
  ];
  return parts.join(" · ");
}

/** `Loan: 2 of at most 3 racks lent; …` */
function loanText({ loan }: PoolView): string {
  if (loan === undefined) return "";
  const { lentRacks, maxRacks, minTenureSeconds, graceSeconds } = loan;
  return (
    `Loan: ${lentRacks} of at most ${racks(maxRacks)} lent. A rack is left for at least ` +
    `${duration(minTenureSeconds)}; called back, its work has ${duration(graceSeconds)} to save.`
  );
}

/** Steps that racks pass through one after another, until they serve. */
const ARRIVAL_STEPS: readonly string[] = ["grant", "boot", "join", "start"];

/** `A new rack: grant 2 min, boot 5 min, … (medians; measured on 3 racks)` */
function arrivalText({ steps, usdPerRackHour }: PoolView): string {
  const way = steps.filter(({ step }) => ARRIVAL_STEPS.includes(step));
  const price = usdPerRackHour === undefined ? "" : ` A rack costs ${usd(usdPerRackHour)} an hour.`;
  if (way.length === 0) return price.trim();
  const parts = way.map(({ step, fleet, p50Seconds }) => {
    const whose = fleet === null ? "" : ` (${fleet})`;
    return `${step}${whose} ${duration(p50Seconds)}`;
  });
  const measured = Math.max(...way.map((one) => one.measured));
  const source = measured === 0 ? "as configured" : `measured on up to ${racks(measured)}`;
  return `How long a new rack takes, medians: ${parts.join(", ")}; ${source}.${price}`;
}

function phaseSummary({ racksByPhase }: PoolView): string {
  const present = Object.entries(racksByPhase).filter(([, count]) => count > 0);
  return present.map(([phase, count]) => `${count} ${phase}`).join(" · ");
}

function tilesOf(view: PoolView): Tile[] {
  const tiles = view.racks.map((rack): Tile => {
    const { id, phase, nodes, readyNodes, cordonedNodes, degraded } = rack;
    const places = Math.max(nodes, view.nodesPerRack);
    const health = { nodes, readyNodes, cordonedNodes, places, degraded };
    return { key: id, title: id, phase, ...health, note: noteOf(rack) };
  });
  return [...tiles, ...expectedTiles("Requested", view), ...expectedTiles("Provisioning", view)];
}

/** Racks that were asked for and have no node yet: a tile each, so that growth is seen at once. */
function expectedTiles(phase: Phase, view: PoolView): Tile[] {
  const { racks: known, racksByPhase } = view;
  const seen = known.filter((rack) => rack.phase === phase).length;
  const unseen = Math.max(0, (racksByPhase[phase] ?? 0) - seen);
  return Array.from({ length: unseen }, (_, index) => ({
    key: `${phase} ${index}`,
    title: "to come",
    phase,
    nodes: 0,
    readyNodes: 0,
    cordonedNodes: 0,
    places: view.nodesPerRack,
    degraded: false,
    note: waitOf(view.awaited, phase, index),
  }));
}

function waitOf(awaited: PoolView["awaited"], phase: Phase, index: number): string {
  const one = awaited.filter((each) => each.phase === phase)[index];
  return one === undefined ? "no nodes yet" : `for ${duration(one.waitedSeconds)}, no nodes yet`;
}

/** What is said of a rack without a fleet where "used by nobody" would mislead. */
const UNUSED: Partial<Readonly<Record<Phase, string>>> = {
  Requested: "on its way",
  Provisioning: "on its way",
  Joining: "on its way",
  Starting: "on its way",
  Loaned: "on loan",
};

function noteOf(rack: RackView): string {
  const { fleet, degraded, cordonedNodes, cachedTokensPerSecond: cached, lentUntilSeconds } = rack;
  const notes = [
    fleet ?? UNUSED[rack.phase] ?? "used by nobody",
    ...(degraded ? ["degraded"] : []),
    ...(cordonedNodes > 0 ? [`${cordonedNodes} cordoned`] : []),
    ...(cached === undefined ? [] : [`cache serves ${significant(cached)} tokens/s`]),
    ...(lentUntilSeconds === undefined ? [] : [`lent until ${minute(lentUntilSeconds)}`]),
    ...(rack.stuck === undefined ? [] : [`stuck in ${rack.stuck.step}: ${rack.stuck.text}`]),
  ];
  return notes.join(" · ");
}

function tilePanel(first: Tile): Panel<Tile> {
  const name = el("span", { class: "rack-name" }, first.title);
  const phase = el("span", { class: "phase" });
  const cells = el("span", { class: "nodes", "aria-hidden": "true" });
  const count = el("span", { class: "node-count" });
  const note = el("span", { class: "note" });
  const element = el("li", { class: "rack" }, name, phase, cells, count, note);
  return {
    element,
    update: (tile) => {
      setAttribute(element, "data-phase", tile.phase);
      setAttribute(element, "data-health", tile.degraded ? "degraded" : "whole");
      setText(phase, `${GLYPHS[tile.phase]} ${tile.phase}`);
      showNodes(cells, tile);
      setText(count, tile.nodes === 0 ? "" : `${tile.readyNodes} of ${tile.nodes} nodes ready`);
      setText(note, tile.note);
    },
  };
}

/** One small box per node: filled when ready, striped when cordoned, hollow when not ready. */
function showNodes(parent: HTMLElement, tile: Tile): void {
  while (parent.childElementCount < tile.places) parent.append(el("span"));
  while (parent.childElementCount > tile.places) parent.lastElementChild?.remove();
  for (const [index, cell] of [...parent.children].entries()) {
    setAttribute(cell, "data-node", nodeState(index, tile));
  }
}

/** Of nodes only counts are known: which of them is which is not said. */
function nodeState(index: number, { nodes, readyNodes, cordonedNodes }: Tile): string {
  if (index >= nodes) return "absent";
  if (index >= readyNodes) return "unready";
  return index >= readyNodes - cordonedNodes ? "cordoned" : "ready";
}
