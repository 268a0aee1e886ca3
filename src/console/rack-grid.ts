/** The racks of one pool: phase as colour, glyph and word; nodes; who uses it. */
import type { PoolView, RackView } from "../api/pool-view.ts";
import { el, keyedList, setAttribute, setText, type Panel } from "./dom.ts";
import { racks } from "./format.ts";

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
  readonly note: string;
}

export function poolPanel({ pool }: PoolView): Panel<PoolView> {
  const headingId = `pool-${pool}`;
  const facts = el("p", { class: "facts" });
  const phases = el("p", { class: "phases" });
  const grid = el("ul", { class: "racks", "aria-label": `Racks of ${pool}` });
  const showTiles = keyedList<Tile>(grid, { key: ({ key }) => key, create: tilePanel });
  return {
    element: el(
      "article",
      { class: "card", "aria-labelledby": headingId },
      el("h3", { id: headingId }, pool),
      facts,
      phases,
      grid,
    ),
    update: (view) => {
      setText(facts, factsOf(view));
      setText(phases, phaseSummary(view));
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

function phaseSummary({ racksByPhase }: PoolView): string {
  const present = Object.entries(racksByPhase).filter(([, count]) => count > 0);
  return present.map(([phase, count]) => `${count} ${phase}`).join(" · ");
}

function tilesOf(view: PoolView): Tile[] {
  const tiles = view.racks.map((rack): Tile => {
    const { id, phase, nodes, readyNodes } = rack;
    return { key: id, title: id, phase, nodes, readyNodes, note: noteOf(rack) };
  });
  return [...tiles, ...expectedTiles("Requested", view), ...expectedTiles("Provisioning", view)];
}

/** Racks that were asked for and have no node yet: a tile each, so that growth is seen at once. */
function expectedTiles(phase: Phase, { racks: known, racksByPhase }: PoolView): Tile[] {
  const seen = known.filter((rack) => rack.phase === phase).length;
  const unseen = Math.max(0, (racksByPhase[phase] ?? 0) - seen);
  return Array.from({ length: unseen }, (_, index) => ({
    key: `${phase} ${index}`,
    title: "to come",
    phase,
    nodes: 0,
    readyNodes: 0,
    note: "no nodes yet",
  }));
}

function noteOf({ fleet, degraded, cordonedNodes }: RackView): string {
  const notes = [
    fleet ?? "used by nobody",
    ...(degraded ? ["degraded"] : []),
    ...(cordonedNodes > 0 ? [`${cordonedNodes} cordoned`] : []),
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
      setText(phase, `${GLYPHS[tile.phase]} ${tile.phase}`);
      showNodes(cells, tile);
      setText(count, tile.nodes === 0 ? "" : `${tile.readyNodes} of ${tile.nodes} nodes ready`);
      setText(note, tile.note);
    },
  };
}

/** One small box per node; a node that is not ready is hollow. */
function showNodes(parent: HTMLElement, { nodes, readyNodes }: Tile): void {
  while (parent.childElementCount < nodes) parent.append(el("span"));
  while (parent.childElementCount > nodes) parent.lastElementChild?.remove();
  for (const [index, cell] of [...parent.children].entries()) {
    setAttribute(cell, "data-ready", String(index < readyNodes));
  }
}
