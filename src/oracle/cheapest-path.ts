/**
 * The cheapest way to have racks over time when everything to come is known: a dynamic programme
 * over (racks in service, racks in flight, age of the youngest), backwards from the end.
 *
 * Racks in flight count as arriving with the youngest of them: whoever orders more while some are
 * on their way waits for all of them. Nothing is given back meanwhile, as no drain begins that what
 * is on its way would have to stand in for.
 */

export interface PathProblem {
  readonly startRacks: number;
  readonly minRacks: number;
  /** Most racks that may be held, in service and in flight, by step. A rack above it is lost. */
  readonly capacity: readonly number[];
  /** From an order to service. At least 1. */
  readonly leadSteps: number;
  /** Of them, those in which an order was not granted yet: they cost nothing. */
  readonly grantSteps: number;
  /** After it went into service a batch computes, its caches still cold. */
  readonly warmSteps: number;
  /** A rack is given back at multiples of it only, and costs so many steps more. At least 1. */
  readonly drainSteps: number;
  /** Of one rack held for a step. */
  readonly rackCost: number;
  /** Of what a step misses on `racks` racks of which the caches of `cachedRacks` are warm. */
  readonly missCost: (step: number, racks: number, cachedRacks: number) => number;
}

export interface PathStep {
  readonly inService: number;
  readonly inFlight: number;
  /** Racks that compute with cold caches; part of `inService`. */
  readonly warming: number;
  /** What was done at its beginning. */
  readonly ordered: number;
  readonly released: number;
}

export interface CheapestPath {
  readonly cost: number;
  readonly steps: readonly PathStep[];
}

/** What may be done at the beginning of a step, as it is kept in the table of choices. */
const STAY = 0;
const RELEASE = 255;
/** Orders are kept in a byte beside the two. */
const MOST_RACKS = 254;

/** @throws RangeError for more than 254 racks, or a lead time or drain shorter than a step */
export function cheapestPath(problem: PathProblem): CheapestPath {
  checkProblem(problem);
  return new PathSearch(problem).run();
}

function checkProblem({ capacity, startRacks, leadSteps, drainSteps }: PathProblem): void {
  if (Math.max(startRacks, ...capacity) > MOST_RACKS) {
    throw new RangeError(`found more than ${MOST_RACKS} racks, expected at most as many`);
  }
  if (leadSteps < 1 || drainSteps < 1) {
    throw new RangeError("a lead time or drain is shorter than a step, expected one at least");
  }
}

interface State {
  readonly settled: number;
  readonly batch: number;
  /** Of the batch; 0 without one. */
  readonly age: number;
}

class PathSearch {
  private readonly problem: PathProblem;
  private readonly most: number;
  /** Steps of a batch from its order until it is like the others. */
  private readonly ages: number;
  private readonly states: readonly State[];
  /** By step and state. */
  private readonly choices: Uint8Array[] = [];
  private readonly stay: Float64Array;

  constructor(problem: PathProblem) {
    this.problem = problem;
    this.most = Math.max(problem.startRacks, ...problem.capacity);
    this.ages = problem.leadSteps + problem.warmSteps;
    this.states = this.allStates();
    this.stay = new Float64Array(this.states.length);
  }

  run(): CheapestPath {
    const { capacity, startRacks } = this.problem;
    let value: Float64Array = new Float64Array(this.states.length);
    for (let step = capacity.length - 1; step >= 0; step -= 1) {
      value = this.stepBack(step, value);
    }
    const start = this.indexOf(startRacks, 0, 0);
    return { cost: value[start] ?? 0, steps: this.follow(start) };
  }

  private allStates(): readonly State[] {
    const states: State[] = [];
    for (let settled = 0; settled <= this.most; settled += 1) {
      states.push({ settled, batch: 0, age: 0 });
    }
    for (let settled = 0; settled <= this.most; settled += 1) {
      for (let batch = 1; settled + batch <= this.most; batch += 1) {
        for (let age = 0; age < this.ages; age += 1) states.push({ settled, batch, age });
      }
    }
    return states;
  }

  /** The order of `allStates`: before the batches of `settled` come those of fewer. */
  private indexOf(settled: number, batch: number, age: number): number {
    if (batch === 0) return settled;
    const before = settled * this.most - (settled * (settled - 1)) / 2;
    return this.most + 1 + (before + batch - 1) * this.ages + age;
  }

  /** @returns what is cheapest from the beginning of the step on, by state */
  private stepBack(step: number, next: Float64Array): Float64Array {
    const { states, stay } = this;
    for (const [index, state] of states.entries()) {
      stay[index] = this.costOf(step, state) + (next[this.aged(state)] ?? 0);
    }
    const orders = this.bestOrders(step);
    const value = new Float64Array(states.length);
    const chosen = new Uint8Array(states.length);
    for (const [index, state] of states.entries()) {
      const best = this.best(step, this.kept(step, state), orders);
      value[index] = best.cost;
      chosen[index] = best.action;
    }
    this.choices[step] = chosen;
    return value;
  }

  private costOf(step: number, { settled, batch, age }: State): number {
    const { leadSteps, grantSteps, rackCost, missCost } = this.problem;
    const serves = batch > 0 && age >= leadSteps;
    const held = settled + (age >= grantSteps ? batch : 0);
    return held * rackCost + missCost(step, settled + (serves ? batch : 0), settled);
  }

  private aged({ settled, batch, age }: State): number {
    if (batch === 0) return this.indexOf(settled, 0, 0);
    if (age + 1 >= this.ages) return this.indexOf(settled + batch, 0, 0);
    return this.indexOf(settled, batch, age + 1);
  }

  /** What is beyond the step's capacity is lost, orders first. */
  private kept(step: number, state: State): State {
    const room = this.problem.capacity[step] ?? 0;
    const { settled, batch, age } = state;
    if (settled + batch <= room) return state;
    const left = Math.max(0, room - settled);
    return { settled: Math.min(settled, room), batch: left, age: left === 0 ? 0 : age };
  }

  /** How many more to order is the same for every age: by racks in service and in flight. */
  private bestOrders(step: number): readonly (readonly Choice[])[] {
    const room = this.problem.capacity[step] ?? 0;
    return Array.from({ length: this.most + 1 }, (_, settled) =>
      Array.from({ length: this.most + 1 - settled }, (__, batch): Choice => {
        let best: Choice = { action: STAY, cost: Number.POSITIVE_INFINITY };
        for (let more = 1; settled + batch + more <= room; more += 1) {
          const cost = this.stay[this.indexOf(settled, batch + more, 0)] ?? 0;
          if (cost < best.cost) best = { action: more, cost };
        }
        return best;
      }),
    );
  }

  private best(step: number, state: State, orders: readonly (readonly Choice[])[]): Choice {
    const { drainSteps, leadSteps, minRacks, rackCost } = this.problem;
    const { settled, batch, age } = state;
    const cost = this.stay[this.indexOf(settled, batch, age)] ?? 0;
    const staying: Choice = { action: STAY, cost };
    const served = batch > 0 && age >= leadSteps;
    const more = served ? orders[settled + batch]?.[0] : orders[settled]?.[batch];
    const ordering = more !== undefined && more.cost < staying.cost ? more : staying;
    if (batch > 0 || settled <= minRacks || step % drainSteps !== 0) return ordering;
    const after = this.stay[this.indexOf(settled - 1, 0, 0)] ?? 0;
    const releasing = after + drainSteps * rackCost;
    return releasing < ordering.cost ? { action: RELEASE, cost: releasing } : ordering;
  }

  private follow(start: number): readonly PathStep[] {
    const steps: PathStep[] = [];
    let index = start;
    for (const [step, chosen] of this.choices.entries()) {
      const before = this.kept(step, this.stateAt(index));
      const action = chosen[index] ?? STAY;
      const now = this.acted(before, action);
      const serves = now.batch > 0 && now.age >= this.problem.leadSteps;
      steps.push({
        inService: now.settled + (serves ? now.batch : 0),
        inFlight: serves ? 0 : now.batch,
        warming: serves ? now.batch : 0,
        ordered: action === RELEASE ? 0 : action,
        released: action === RELEASE ? 1 : 0,
      });
      index = this.aged(now);
    }
    return steps;
  }

  private acted(state: State, action: number): State {
    const { settled, batch, age } = state;
    if (action === STAY) return state;
    if (action === RELEASE) return { settled: settled - 1, batch: 0, age: 0 };
    if (batch > 0 && age >= this.problem.leadSteps) {
      return { settled: settled + batch, batch: action, age: 0 };
    }
    return { settled, batch: batch + action, age: 0 };
  }

  private stateAt(index: number): State {
    const state = this.states[index];
    if (state === undefined) throw new RangeError(`there is no state ${index}`);
    return state;
  }
}

interface Choice {
  readonly action: number;
  readonly cost: number;
}
