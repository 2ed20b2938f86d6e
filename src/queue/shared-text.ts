/**
 * What is kept beside the jobs: who may be active and who waits, how far back all is known, and since when the store
 * is in use.
 */
export type TextName = 'turns' | 'caught-up' | 'born';

/** A text that all processes on the queue's home share, durable as the queue itself. */
export interface SharedText {
  /**
   * Puts what `change` makes of the text in its place; where it gives back the text itself, nothing is written.
   * Atomic between processes, so `change` may be called several times. `undefined`: there was no text yet.
   * Rejects when the home is away; whether the text was changed is not known then.
   */
  update(change: (text: string | undefined) => string): Promise<void>;
}
