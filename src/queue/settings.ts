/** The name of the one queue, and the namespace it lives in: key prefix on Redis, schema on PostgreSQL. */
export const QUEUE_NAME = 'runs';
export const NAMESPACE = 'beckon';

/** Milliseconds within which the queue must answer a producer; GitLab gives up a delivery after ten seconds. */
export const ANSWER_MS = 2_000;
/** Milliseconds within which a queue must be reachable when the process starts. */
export const START_MS = 5_000;

/**
 * How soon the run of a killed process goes on. Its lock lives at most LOCK_MS longer; then two checks may be
 * needed, each of which can be put off by one interval because the dead process had just made one: 12 s.
 */
export const LOCK_MS = 8_000;
export const STALLED_CHECK_MS = 2_000;
/** Crashes are no fault of the run: as often as this it is taken up again. */
export const MAX_CRASHES = 1_000_000;

/** Finished runs kept beside the age limit, so that a flood cannot fill the store. */
export const KEPT_RUNS = 20_000;
