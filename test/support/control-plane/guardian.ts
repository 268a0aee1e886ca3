import { spawn } from "node:child_process";
import { once } from "node:events";

/** A process that outlives this one for just long enough to clean up after it. */
export interface Guardian {
  /** The process groups to kill at the end; replaces what was said before. */
  readonly watch: (groups: readonly number[]) => void;
  /** Does now what would be done at this process's end; resolves when it is done. */
  readonly finish: () => Promise<void>;
}

/**
 * The input is a pipe from this process. It closes however this process ends, SIGKILL included,
 * which no exit handler in Node would survive; then the last line that came through is acted upon.
 */
const SCRIPT = `
while read -r line; do groups=$line; done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
rm -rf -- "$1"
`;

/** Starts a guardian that removes `dir` and kills what it watches when this process ends. */
export function startGuardian(dir: string): Guardian {
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "guardian", dir], {
    // Out of reach of a Ctrl-C at the terminal, which would end it before its work.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const gone = once(shell, "exit");
  return {
    watch: (groups) => {
      if (shell.stdin.writable) shell.stdin.write(`${groups.join(" ")}\n`);
    },
    finish: async () => {
      shell.stdin.end();
      await gone;
    },
  };
}
