/** Wires the page: stream, history or file in, panels out, one drawing per frame at most. */
import type { AboutAnswer } from "../api/envelopes.ts";
import type { ApiEvent } from "../api/events.ts";
import { announceNews } from "./announcements.ts";
import { connect, type ConnectionState } from "./connection.ts";
import { byId } from "./dom.ts";
import { decodeAnswer } from "./event-decoder.ts";
import { showHeader, showNotes } from "./header-panel.ts";
import { liveSource } from "./live-source.ts";
import { startFiles, type Opened } from "./open-file.ts";
import { chosenWindow, pagePanels } from "./page-panels.ts";
import type { PageSource } from "./page-source.ts";
import { latestSeconds, type PageState } from "./page-state.ts";
import { onPick } from "./picking.ts";
import { resultPanels } from "./result-panel.ts";
import { showTimeline, startTimeline } from "./timeline.ts";

/** How often the age in the header is written anew. */
const HEADER_EVERY_MS = 1_000;

/** How long it is said that the connection was lost: whoever looked away reads it. */
const SAID_FOR_MS = 60_000;

/** What is shown instead of the newest state. */
interface Moment {
  readonly atSeconds: number;
  readonly state: PageState;
}

class ConsolePage {
  readonly #live = liveSource(() => this.#redraw());
  readonly #panels = pagePanels();
  #file: Opened | null = null;
  #moment: Moment | null = null;
  #about: AboutAnswer | null = null;
  #connection: ConnectionState = "connecting";
  #heardAtMs: number | null = null;
  /** When the connection came back after it was lost. */
  #againAtMs: number | null = null;
  #drawing = false;
  /** Counts what was picked: an answer that comes after the next question is not shown. */
  #picks = 0;

  start(): void {
    connect("/api/v1/events", {
      onEvent: (event) => this.#onEvent(event),
      onState: (state) => this.#onState(state),
    });
    setInterval(() => this.#drawHeader(), HEADER_EVERY_MS);
    byId("window").addEventListener("change", () => this.#redraw());
    startTimeline((atSeconds) => this.#pick(atSeconds));
    onPick((atSeconds) => this.#pick(atSeconds));
    startFiles((opened) => this.#show(opened));
  }

  get #source(): PageSource {
    return this.#file?.kind === "log" ? this.#file.source : this.#live;
  }

  #onEvent(event: ApiEvent): void {
    const before = this.#live.state();
    this.#live.onEvent(event);
    if (event.kind === "tick" || event.kind === "snapshot") this.#heardAtMs = performance.now();
    if (event.kind === "snapshot") this.#load().catch(() => this.#onState("partial"));
    if (this.#file === null) announceNews(before, this.#live.state(), event.kind);
    this.#redraw();
  }

  async #load(): Promise<void> {
    this.#about = await decodeAnswer<AboutAnswer>(await fetch("/api/v1/about"));
    showNotes(this.#about);
    await this.#live.loadHistory();
  }

  #onState(next: ConnectionState): void {
    const wasLost = this.#connection === "lost" || this.#connection === "refused";
    if (wasLost && next === "live") this.#againAtMs = performance.now();
    this.#connection = next;
    this.#redraw();
  }

  /** @param atSeconds null: the newest */
  #pick(atSeconds: number | null): void {
    this.#picks += 1;
    const pick = this.#picks;
    const newest = latestSeconds(this.#source.state()) ?? 0;
    if (atSeconds === null || atSeconds >= newest) {
      this.#moment = null;
      return this.#redraw();
    }
    this.#source.momentAt(atSeconds).then(
      (state) => {
        if (pick !== this.#picks) return;
        this.#moment = { atSeconds, state };
        this.#redraw();
      },
      () => this.#onState(this.#connection),
    );
  }

  #show(opened: Opened | null): void {
    this.#picks += 1;
    this.#moment = null;
    this.#file = opened;
    const results = opened?.kind === "results" ? opened.results : null;
    document.body.dataset["file"] = String(opened !== null);
    byId("results").replaceChildren(...resultPanels(results ?? []));
    byId("results").hidden = results === null;
    byId("page").hidden = results !== null;
    byId("timeline").hidden = results !== null;
    this.#redraw();
  }

  #redraw(): void {
    if (!this.#drawing) requestAnimationFrame(() => this.#draw());
    this.#drawing = true;
  }

  #drawHeader(): void {
    const heardAtMs = this.#heardAtMs;
    const silentSeconds = heardAtMs === null ? null : (performance.now() - heardAtMs) / 1_000;
    const { groups } = this.#live.state();
    const leading = groups.length === 0 ? null : groups.some((one) => one.leading);
    showHeader({
      connection: this.#connection,
      silentSeconds,
      nowSeconds: latestSeconds(this.#live.state()),
      leading,
      about: this.#about,
      again: this.#againAtMs !== null && performance.now() - this.#againAtMs < SAID_FOR_MS,
      file: this.#file?.name ?? null,
    });
  }

  #draw(): void {
    this.#drawing = false;
    this.#drawHeader();
    const newest = this.#source.state();
    const latest = latestSeconds(newest) ?? 0;
    const nowSeconds = this.#moment?.atSeconds ?? latest;
    showTimeline({
      fromSeconds: Math.min(this.#source.fromSeconds() ?? latest, nowSeconds, latest - 1),
      latestSeconds: latest,
      pickedSeconds: this.#moment?.atSeconds ?? null,
      newest: this.#file === null ? "Live" : "End of the log",
    });
    this.#panels({
      state: this.#moment?.state ?? newest,
      history: newest.history,
      source: this.#source,
      nowSeconds,
      latestSeconds: latest,
      windowSeconds: chosenWindow(),
      live: this.#file === null && this.#moment === null,
    });
  }
}

new ConsolePage().start();
