/** Cuts cases: number n of a seed is always the same, whatever else is cut. */
import { RandomStream, drawSome } from "../../sim/random.ts";
import { FAMILIES, FLEET_RACKS, caseDocument, unitsPerRack } from "./case-document.ts";
import type { CaseTraits, CaseWorld, CutCase, Family, FleetRacks, Plain } from "./case-document.ts";
import { PAUSES, SESSIONS_PER_UNIT } from "./case-sources.ts";
import type { CaseSource, RecordingSource, ScenarioSource } from "./case-sources.ts";
import { TWISTS } from "./families.ts";
import type { Invented, Twist } from "./families.ts";
import { recordedTraffic } from "./recorded-case.ts";
import { isComparable, offersExtras, windowOf } from "./scenario-window.ts";

export interface CutOptions {
  readonly seed: number;
  readonly count: number;
  /** In any order: they are put in that of their names. */
  readonly sources: readonly CaseSource[];
}

/** @returns so many cases; families take turns, those without a source are left out */
export function cutCases({ seed, count, sources }: CutOptions): readonly CutCase[] {
  const cutter = new Cutter(seed, sources);
  return Array.from({ length: count }, (_, number) => cutter.cut(number));
}

const OTHER_FORM_SHARE = 0.3;
/** Chat beside agents: many short sessions of which little is cached. */
const CHAT_SHARE = 0.2;
const LARGEST_SEED = 4_294_967_295;
const WARM_UP_MINUTES = { short: 120, long: 240 } as const;
/** What the racks serve at the top, of what they could. */
const FILL = { low: 0.7, high: 1 } as const;
/** Racks at the start over what they need then. */
const START_ROOM = 1.15;
const MINUTES_PER_HOUR = 60;
const A_MONDAY = "2026-11-30";

class Cutter {
  private readonly seed: number;
  private readonly scenarios: readonly ScenarioSource[];
  private readonly recordings: readonly RecordingSource[];
  private readonly families: readonly Family[];

  constructor(seed: number, sources: readonly CaseSource[]) {
    this.seed = seed;
    const scenarios = sources.flatMap((source) =>
      source.kind === "scenario" && isComparable(source.document) ? [source] : [],
    );
    this.scenarios = inDrawnOrder(seed, scenarios, ({ name }) => name);
    const recordings = sources.flatMap((source) => (source.kind === "scenario" ? [] : [source]));
    this.recordings = inDrawnOrder(seed, recordings, ({ path }) => path);
    this.families = FAMILIES.filter(
      (family) =>
        (family !== "scenario" || this.scenarios.length > 0) &&
        (family !== "recording" || this.recordings.length > 0),
    );
  }

  cut(number: number): CutCase {
    const round = Math.floor(number / this.families.length);
    const family = this.families[number % this.families.length] ?? "step";
    const racks = FLEET_RACKS[(number + round) % FLEET_RACKS.length] ?? FLEET_RACKS[0];
    const draws = new RandomStream(this.seed, `case/${family}/${round}`);
    const place: Place = {
      name: `${this.seed}-${String(number).padStart(3, "0")}-${family}`,
      seed: Math.floor(draws.uniform() * LARGEST_SEED),
      otherForm: draws.uniform() < OTHER_FORM_SHARE,
      racks,
      draws,
    };
    if (family === "scenario") return fromScenario(taken(this.scenarios, round), place);
    if (family === "recording") return fromRecording(taken(this.recordings, round), place);
    return invented(family, place);
  }
}

function inDrawnOrder<T>(
  seed: number,
  items: readonly T[],
  nameOf: (item: T) => string,
): readonly T[] {
  const named = items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return drawSome(named, named.length, new RandomStream(seed, "sources"));
}

function taken<T>(items: readonly T[], round: number): T {
  const item = items[round % items.length];
  if (item === undefined) throw new RangeError("a family without a source was asked for a case");
  return item;
}

interface Place {
  readonly name: string;
  readonly seed: number;
  readonly otherForm: boolean;
  readonly racks: FleetRacks;
  readonly draws: RandomStream;
}

const traitsOf = ({ racks, otherForm }: Place, rest: Pick<CaseTraits, "family" | "think">) => ({
  ...rest,
  racks,
  engine: otherForm ? ("of another form" as const) : ("drawn away" as const),
  extras: false,
});

function fromScenario({ document, name: source }: ScenarioSource, place: Place): CutCase {
  const name = `${place.name}-${source}`;
  const traits = traitsOf(place, { family: "scenario", think: "as recorded" });
  const share = place.draws.uniform();
  return {
    ...traits,
    racks: null,
    extras: offersExtras(document),
    name,
    document: windowOf(document, { ...place, name, share }),
  };
}

function fromRecording(source: RecordingSource, place: Place): CutCase {
  const { name, racks, draws } = place;
  const fill = draws.between(FILL.low, FILL.high);
  const recorded = recordedTraffic(source, { racks, fill, draws });
  const startRacks = Math.ceil(racks * fill * recorded.startShare * START_ROOM);
  const world = { ...recorded, ...quiet(place), traffic: [recorded.traffic] };
  const traits = traitsOf(place, { family: "recording", think: "as recorded" });
  return { ...traits, name, document: caseDocument(name, { racks, startRacks }, world) };
}

const quiet = ({
  seed,
  otherForm,
}: Place): Pick<CaseWorld, "seed" | "otherForm" | "startsAt" | "faults" | "schedule"> => ({
  seed,
  otherForm,
  startsAt: startAt(0),
  faults: [],
  schedule: [],
});

const startAt = (hour: number): string => `${A_MONDAY}T${String(hour).padStart(2, "0")}:00:00Z`;

function invented(family: Invented, place: Place): CutCase {
  const { name, racks, draws } = place;
  const think = draws.uniform() < 0.5 ? "short" : "long";
  const profile = draws.uniform() < CHAT_SHARE ? "chat" : "coding-agent";
  const fill = draws.between(FILL.low, FILL.high);
  const twist = TWISTS[family](draws, racks);
  const units = racks * unitsPerRack(racks) * fill;
  const most = units * SESSIONS_PER_UNIT[profile][think];
  const startRacks = Math.ceil(((racks * fill) / twist.top) * START_ROOM);
  const generate = {
    profile,
    sessionsPerHour: Number((most / twist.top).toFixed(1)),
    daily: Number(twist.daily.toFixed(3)),
    pauses: PAUSES[think],
  };
  const document = caseDocument(
    name,
    { racks, startRacks },
    {
      ...quiet(place),
      durationMinutes: twist.durationMinutes,
      warmupMinutes: WARM_UP_MINUTES[think],
      startsAt: startAt(twist.startHour),
      traffic: [{ generate, shape: twist.shape }, ...jobsOf(twist, units)],
      faults: twist.faults,
      schedule: announced(twist, Math.ceil(racks * fill)),
    },
  );
  const extras = twist.announcedAtMinutes !== null;
  return { ...traitsOf(place, { family, think }), extras, name, document };
}

const jobsOf = ({ jobs }: Twist, units: number): readonly Plain[] =>
  jobs === null
    ? []
    : [
        {
          generate: {
            profile: "batch",
            sessionsPerHour: Number(
              (units * jobs.share * SESSIONS_PER_UNIT.batch.short).toFixed(1),
            ),
          },
          shape: jobs.shape,
        },
      ];

/** Whoever announces a launch knows when, and about how many racks it needs. */
function announced({ announcedAtMinutes: at }: Twist, floorRacks: number): readonly Plain[] {
  if (at === null) return [];
  const [hours, minutes] = [Math.floor(at / MINUTES_PER_HOUR), at % MINUTES_PER_HOUR];
  const two = (value: number): string => String(value).padStart(2, "0");
  const start = `${A_MONDAY}T${two(hours)}:${two(minutes)}:00`;
  return [{ name: "launch", start, for: "12h", readyBefore: "10m", floorRacks }];
}
