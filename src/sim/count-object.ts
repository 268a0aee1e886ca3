/** The object whose count is the size of a simulated pool, as the provider's API would store it. */

export interface CountState {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly desired: number;
  /** The field manager of the last write of the count, "" when nobody wrote it. */
  readonly lastWriter: string;
}

export class CountObject {
  private readonly name: string;
  private desired: number;
  private lastWriter = "";
  private version = 1;
  private incarnation = 1;
  private exists = true;

  constructor(name: string, desired: number) {
    this.name = name;
    this.desired = desired;
  }

  state(): CountState {
    const { desired, lastWriter } = this;
    const uid = `count-${this.name}-${this.incarnation}`;
    return { uid, resourceVersion: String(this.version), desired, lastWriter };
  }

  present(): boolean {
    return this.exists;
  }

  /** @throws when `racks` is no count of racks */
  write(racks: number, writer: string): void {
    if (!Number.isInteger(racks) || racks < 0) {
      throw new Error(`pool ${this.name}: ${racks} is not a count of racks`);
    }
    this.desired = racks;
    this.lastWriter = writer;
    this.touch();
  }

  /** Any write moves the version, one to the status too. */
  touch(): void {
    this.version += 1;
  }

  /** Somebody deletes it and creates another of the same count under its name. */
  recreate(): void {
    this.incarnation += 1;
    this.lastWriter = "";
    this.exists = true;
    this.touch();
  }

  /** Somebody deletes it; the racks stay. */
  remove(): void {
    this.exists = false;
  }
}
