/** A backlog is demand as well: what waits is to be worked off beside what comes. */

/** Within this: judgement, twice the usual client timeout. */
const BACKLOG_SECONDS = 240;

/** @returns turns/s that work off so many waiting turns in time */
export const backlogPerSecond = (waitingTurns: number): number => waitingTurns / BACKLOG_SECONDS;
