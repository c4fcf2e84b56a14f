/** What the host keeps for guests at most: without an end to it, engines run out of room, and most then end the process. */

/** Stacks that are suspended at a time. Linux lets a process have some 65,000 mappings of memory, and a stack takes two. */
export const suspendedStacks = 16_384;

/** Elements of an array; longer ones engines keep in slow ways, too. */
export const arrayElements = 2 ** 25;

/** Entries of a map; engines have no larger ones. */
export const mapSize = 2 ** 24;

/** Bytes that the values of one call may take, where a guest could have more of them than there is memory. */
export const valuesVolume = 2 ** 30;

/**
 * Places in the tables of handles and threads of a store: for those that are there at a time, in all its instances.
 * `Table.MAX_LENGTH` in the specification, where it is more than engines have memory for.
 */
export const handles = 2 ** 20;

/** Characters of an error context's message: what is longer is cut off, as the specification leaves to hosts. */
export const debugMessage = 1024;
