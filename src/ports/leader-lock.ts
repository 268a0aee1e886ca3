export interface LeaderState {
  readonly leading: boolean;
  /** Identity of the holder as last observed, "" when nobody is known to hold it. */
  readonly holder: string;
}

/** Who may write. Renewal runs beside the ticks, in the adapter. */
export interface LeaderLock {
  state(): LeaderState;
  /** False from the renew deadline on, by a monotonic clock: no write starts then (INV-13). */
  mayWrite(): boolean;
  /** Gives the lease up so that a standby takes over at once. */
  release(): Promise<void>;
}
