/** What engines do not bound, but end the process by. */

/** Stacks that are suspended at a time. Linux lets a process have some 65,000 mappings of memory, and a stack takes two. */
export const suspendedStacks = 16_384;
