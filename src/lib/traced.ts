/** What is told of a piece of work: nothing that people wrote, no title, no path, no secret. */
export interface Work {
  /** Of a small set, such as the name of a step. */
  readonly name: string;
  /** A request to another service. */
  readonly isRequest?: boolean;
  readonly about: About;
}

export type About = Readonly<Record<string, string | number>>;

/** Does a piece of work and tells how long it took; `tell` adds what is known later. Rejects as the work does. */
export type Traced = <T>(work: Work, does: (tell: (more: About) => void) => Promise<T>) => Promise<T>;

/** For a process that is not traced. */
export const untraced: Traced = (_work, does) => does(() => {});
