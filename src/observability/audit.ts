import { appendFileSync } from 'node:fs';
import { type DestinationStream, pino } from 'pino';
import { BeckonError, messageOf } from '../lib/errors.ts';
import { isoTime, linesToWrite, toStandardOutput } from './logger.ts';

/** One decision, and everything that is needed to answer for it. Holds no text that people wrote, and no titles. */
export interface Decision {
  /** What was decided about; `docs/operations.md` has the list, and names there do not change. */
  readonly event:
    | 'process'
    | 'config'
    | 'delivery'
    | 'command'
    | 'session'
    | 'run.queued'
    | 'run.admission'
    | 'run.turn'
    | 'run.ended'
    | 'fork.approval';
  readonly decision: string;
  /** Username of who asked or decided. */
  readonly actor?: string | undefined;
  readonly project?: string | undefined;
  /** `issue/12` or `merge_request/31`. */
  readonly resource?: string | undefined;
  readonly agent?: string | undefined;
  readonly trigger?: string | undefined;
  readonly run?: string | undefined;
  /** Account of the agent that asked, on behalf of the actor. */
  readonly askedBy?: string | undefined;
  readonly reason?: string | undefined;
  /** What else belongs to this event. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Writes one line for a decision. */
export type Audit = (decision: Decision) => void;

/**
 * The audit stream: a JSON line for each decision, with `"stream":"audit"`, on standard output beside the log
 * whatever the log level, but not on a terminal; and appended to a file at once where one is named. Throws `audit_file` when
 * the file cannot be opened; `onError` hears of lines that could not be written to it later, which does not stop the
 * program.
 */
export function createAudit({
  isTerminal,
  file,
  onError,
}: {
  readonly isTerminal: boolean;
  readonly file: string | undefined;
  readonly onError: (error: Error) => void;
}): Audit {
  const output = isTerminal ? [] : [toStandardOutput()];
  const streams = file === undefined ? output : [...output, appendTo(file, onError)];
  return auditOver({
    write(line) {
      for (const stream of streams) stream.write(line);
    },
  });
}

/** The audit stream on any destination. */
export function auditTo(destination: DestinationStream): Audit {
  return auditOver({ write: (line) => destination.write(linesToWrite(line)) });
}

/** The audit stream on a destination that has the last word on what is written. */
function auditOver(destination: DestinationStream): Audit {
  const options = {
    base: { stream: 'audit' },
    timestamp: isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = pino(options, destination);
  return ({ more, ...decision }) => log.info({ ...decision, ...more });
}

/**
 * Opens the file anew for each line: a file that was moved away for rotation is followed by a new one without a signal,
 * what was decided is there even if the process is killed right after, and lines of several processes do not mix.
 */
function appendTo(file: string, onError: (error: Error) => void): DestinationStream {
  const append = (text: string) => appendFileSync(file, linesToWrite(text), { mode: 0o640 });
  try {
    append('');
  } catch (error) {
    throw new BeckonError('audit_file', `Could not open log.auditFile: ${messageOf(error)}`, {
      hint: 'Name a file in a folder that exists and that Beckon may write to, or leave log.auditFile out.',
    });
  }
  return {
    write(line) {
      try {
        append(line);
      } catch (error) {
        onError(error as Error);
      }
    },
  };
}
