/** A replica's record in the caches is at `replica << RECORD_SHIFT`; these are its words. */
export const RECORD_SHIFT = 3;
export const REPLICA_STRIDE = 1 << RECORD_SHIFT;
/** Where the order of release of its extents begins and ends, or ABSENT. */
export const ANCHOR = 0;
/** Tokens: of the cache, neither private nor resident, neither private nor pinned, private. */
export const KV = 1;
export const FREE = 2;
export const ROOM = 3;
export const PRIVATE = 4;
/** ANCHOR, KV, FREE and ROOM of an id that no replica has. */
export const ABSENT = -1;
