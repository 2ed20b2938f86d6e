/** What is written down beside the jobs: deliveries of late, of which each kind has a log of its own. */
export type LogName = 'deliveries-comments' | 'deliveries-others' | 'deliveries-refused';

/** A list of texts that all processes on the queue's home share, durable as the queue itself. */
export interface SharedLog {
  /** Adds entries in their order, and drops the oldest ones over `most`. */
  append(entries: readonly string[], most: number): Promise<void>;
  /** All entries, oldest first. */
  entries(): Promise<readonly string[]>;
}
