/** The exit codes of every command. */
export const EXIT = { done: 0, no: 1, usage: 2 } as const;
