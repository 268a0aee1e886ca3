/** Thrown for bad input of the user: printed without a stack, exit status 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UsageError";
  }
}

/** Thrown when a command did its work and the answer is no: exit status 1. */
export class CommandFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CommandFailed";
  }
}

/** Thrown when results are outside what expected.yaml asks for: exit status 3. */
export class BoundsMissed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BoundsMissed";
  }
}
