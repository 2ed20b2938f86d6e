import type {
  IQueueBackend,
  Job,
  JobProgress,
  JobsOptions,
  Queue,
  Telemetry,
  Worker,
  WorkerOptions,
} from 'bullmq';
import type { QueueHome } from '../config/config.ts';
import type { LimiterOf } from './rates.ts';
import type { LogName, SharedLog } from './shared-log.ts';
import type { SharedText, TextName } from './shared-text.ts';

/** A job: its name tells which call of `add` it came from, its data is the run. */
export type RunJob = Job<unknown, void, string>;
export type Processor = (job: RunJob, token?: string) => Promise<void>;
export type WorkerTuning = Omit<WorkerOptions, 'connection' | 'concurrency' | 'autorun'> & {
  readonly concurrency: number;
};

type SchedulerCalls = 'getJobSchedulers' | 'removeJobScheduler' | 'upsertJobScheduler';
/** What a producer uses of BullMQ's queue; the same on every home. */
export type JobQueue = Pick<
  Queue<unknown, void, string, unknown, void, string, IQueueBackend>,
  'add' | 'getJob' | 'getRanges' | 'getJobCounts' | 'isPaused' | SchedulerCalls
>;
/** What a consumer uses of BullMQ's worker; the same on every home. */
export interface JobWorker
  extends Pick<
    Worker<unknown, void, string, IQueueBackend, JobProgress>,
    'run' | 'pause' | 'resume' | 'close' | 'disconnect' | 'waitUntilReady'
  > {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
}

/** Tells of jobs that are put in and taken out, and has the trace of who put one in go on where it is worked on. */
export type QueueTelemetry = Telemetry;

/** How a home is opened. */
export interface OpenOptions {
  /** Hears of what goes wrong later and mends itself. */
  readonly onError: (error: Error) => void;
  readonly telemetry?: QueueTelemetry | undefined;
}

/** An open home of the queue. */
export interface Backend {
  readonly kind: QueueHome['kind'];
  readonly queue: JobQueue;
  /** Adds a job, and gives the name of the job that has its id from then on: another's where there was one already. */
  addNamed(
    name: string,
    data: unknown,
    options: JobsOptions & { readonly jobId: string },
  ): Promise<string | undefined>;
  /** A text of this name, which stands for nothing else. */
  readonly text: (name: TextName) => SharedText;
  /** A log of this name, which stands for nothing else. */
  readonly log: (name: LogName) => SharedLog;
  /** Counts what happens within a time. */
  readonly limiterOf: LimiterOf;
  /** A worker that has not started yet. Close it before the backend. */
  worker(process: Processor, tuning: WorkerTuning): JobWorker;
  /** Sentences on what is set dangerously at the home, for a person to act on. */
  warnings(): Promise<readonly string[]>;
  close(): Promise<void>;
}
