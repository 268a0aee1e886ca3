/**
 * In CI properties are tried on the same cases for the same content: a run can be repeated, and
 * what it found is found again. Anywhere else they are drawn anew each time.
 */
import fc from "fast-check";

const { BREAKWATER_PROPERTY_SEED: seed = "" } = process.env;
if (seed !== "") fc.configureGlobal({ seed: Number(seed) });
