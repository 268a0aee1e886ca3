import { fileURLToPath } from "node:url";

/** The folder of the built console, beside that of the program. */
export const CONSOLE_DIR = fileURLToPath(new URL("../console", import.meta.url));
