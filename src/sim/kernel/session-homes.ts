import { grown } from "./record-pool.ts";

/** Where each session's last turn went. A replica under the id of one that left is another. */
export class SessionHomes {
  /** By session: the replica's arrival that it went to, 0 for none. */
  private homes = new Int32Array(1_024);
  /** By arrival: the replica; by replica: its arrival, 0 when it is gone. */
  private readonly replicas: number[] = [-1];
  private readonly arrivals: number[] = [];

  arrive(replica: number): void {
    this.arrivals[replica] = this.replicas.push(replica) - 1;
  }

  leave(replica: number): void {
    this.arrivals[replica] = 0;
  }

  /** @returns the replica, or -1 when there is none or it is gone. */
  home(session: number): number {
    const arrival = this.homes[session] ?? 0;
    const replica = this.replicas[arrival]!;
    return replica >= 0 && this.arrivals[replica] === arrival ? replica : -1;
  }

  settle(session: number, replica: number): void {
    if (session >= this.homes.length) this.homes = grown(this.homes, session + 1);
    this.homes[session] = this.arrivals[replica]!;
  }

  forget(session: number): void {
    if (session < this.homes.length) this.homes[session] = 0;
  }
}
