/** One command of ours, run in this process. */
import { Command } from "commander";

/** @returns a function that runs the command and gives what it threw, or null */
export const commandRunner =
  (add: (program: Command) => unknown, name: string) =>
  async (...argv: readonly string[]): Promise<unknown> => {
    const program = new Command("breakwater").exitOverride();
    add(program.configureOutput({ writeErr: () => {} }));
    try {
      await program.parseAsync([name, ...argv], { from: "user" });
      return null;
    } catch (error) {
      return error;
    }
  };
