import { randomUUID } from 'node:crypto';
import { type Deliveries, DeliveryRecord, type NewDelivery } from '../admin/deliveries.ts';
import { byteLength } from '../lib/text.ts';
import type { Clock } from '../runs/ports.ts';
import type { Backend } from './backend.ts';
import { ANSWER_MS } from './settings.ts';
import type { LogName } from './shared-log.ts';
import { unavailable } from './unavailable.ts';
import { within } from './within.ts';

/** Milliseconds between two batches; a process that is killed loses what it had not written by then. */
const WRITE_EVERY = 1_000;
/** The same while batches fill the list: all that one of them wrote the next pushes out. */
const WRITE_EVERY_IN_FLOOD = 5_000;
/** What is kept of deliveries in passing between two batches; to read more of them would cost more than to answer them. */
const MOST_IN_PASSING = 100;
/** UTF-8 bytes of one delivery as it is kept. */
const MAX_BYTES = 4_096;

/** What is kept of each kind: neither pipelines nor strangers push out what people ask about. */
const MOST: Readonly<Record<LogName, number>> = {
  'deliveries-comments': 400,
  'deliveries-others': 400,
  'deliveries-refused': 200,
};
const NAMES = Object.keys(MOST) as LogName[];

/** A delivery that is not written yet; what is written of it is made only then, as most of a flood never is. */
interface Pending {
  readonly delivery: NewDelivery;
  /** Milliseconds since the epoch. */
  readonly at: number;
  times: number;
}

/** The deliveries of late, and the way to write down the last of them. */
export interface DeliveryLog extends Deliveries {
  /** Writes what is not written yet; what cannot be written within 2 s is lost. */
  close(): Promise<void>;
}

/**
 * Keeps the newest thousand deliveries for all processes on the queue's home. Adding one costs no request: what came
 * within a second, in a flood within five, is written as one batch. While the home is away the newest are kept in memory,
 * and the rest is lost.
 */
export function createDeliveries(
  backend: Pick<Backend, 'log'>,
  { clock, onError }: { readonly clock: Clock; readonly onError: (error: Error) => void },
): DeliveryLog {
  const pending: Record<LogName, Pending[]> = {
    'deliveries-comments': [],
    'deliveries-others': [],
    'deliveries-refused': [],
  };
  let inPassing = 0;
  let isFlood = false;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  /** Those without a proof from one address count together, so that a flood is one line. */
  function alike({ from, outcome }: NewDelivery): Pending | undefined {
    if (from === undefined) return undefined;
    return pending['deliveries-refused'].find(
      ({ delivery }) => delivery.from === from && delivery.outcome === outcome,
    );
  }

  async function write(): Promise<void> {
    for (const name of NAMES) {
      const entries = pending[name];
      if (entries.length === 0) continue;
      pending[name] = [];
      try {
        await within(
          ANSWER_MS,
          backend.log(name).append(entries.slice(-MOST[name]).map(recordOf).map(entryOf), MOST[name]),
        );
      } catch (error) {
        onError(unavailable('write down deliveries', error));
        pending[name] = [...entries, ...pending[name]].slice(-MOST[name]);
      }
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    inPassing = 0;
    isFlood = NAMES.some((name) => pending[name].length >= MOST[name]);
    writing = writing.then(write);
    return writing;
  }

  function add(delivery: NewDelivery): void {
    const known = alike(delivery);
    if (known !== undefined) known.times += 1;
    else {
      const name = logOf(delivery);
      const others = pending[name];
      others.push({ delivery, at: clock(), times: 1 });
      if (others.length >= 2 * MOST[name]) others.splice(0, MOST[name]);
    }
    timer ??= setTimeout(flush, isFlood ? WRITE_EVERY_IN_FLOOD : WRITE_EVERY).unref();
  }

  return {
    add,
    addInPassing(tell) {
      if (inPassing >= MOST_IN_PASSING) return;
      inPassing += 1;
      add(tell());
    },
    async all() {
      await flush();
      try {
        const kept = await within(ANSWER_MS, Promise.all(NAMES.map((name) => backend.log(name).entries())));
        return kept
          .flat()
          .flatMap(read)
          .sort((a, b) => (a.id < b.id ? 1 : -1));
      } catch (error) {
        throw unavailable('look up deliveries', error);
      }
    },
    close: flush,
  };
}

function recordOf({ delivery, at: time, times }: Pending): DeliveryRecord {
  const at = new Date(time).toISOString();
  return {
    event: null,
    project: null,
    item: null,
    noteId: null,
    user: null,
    confidential: false,
    from: null,
    reason: null,
    verdicts: [],
    leftOut: 0,
    commands: [],
    runs: [],
    ms: null,
    ...delivery,
    id: `${at}_${randomUUID().slice(0, 8)}`,
    at,
    times,
  };
}

function logOf({ from, noteId }: NewDelivery): LogName {
  if (from != null) return 'deliveries-refused';
  return noteId == null ? 'deliveries-others' : 'deliveries-comments';
}

/** Verdicts are what may be many: those of triggers that matched stay, and of the others the first that fit. */
function entryOf(record: DeliveryRecord): string {
  const whole = JSON.stringify(record);
  if (byteLength(whole) <= MAX_BYTES) return whole;
  const { verdicts } = record;
  const sorted = [
    ...verdicts.filter(({ matched }) => matched),
    ...verdicts.filter(({ matched }) => !matched),
  ];
  let room = MAX_BYTES - byteLength(JSON.stringify({ ...record, verdicts: [] })) - 10;
  const kept = sorted.filter((verdict) => {
    room -= byteLength(JSON.stringify(verdict)) + 1;
    return room > 0;
  });
  return JSON.stringify({
    ...record,
    verdicts: kept,
    leftOut: record.leftOut + verdicts.length - kept.length,
  });
}

/** Nothing of what a newer program wrote in another shape. */
function read(entry: string): readonly DeliveryRecord[] {
  const parsed = DeliveryRecord.safeParse(JSON.parse(entry));
  return parsed.success ? [parsed.data] : [];
}
