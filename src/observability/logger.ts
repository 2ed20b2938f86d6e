import { type DestinationStream, type Logger, pino, type SerializedError } from 'pino';
import { BeckonError } from '../lib/errors.ts';
import { hideSecrets } from '../lib/secret.ts';
import { Failure } from '../runs/failures.ts';
import { gathering } from './gathering.ts';

/**
 * The program's log: JSON lines on standard output, in colour on a terminal. Each line is a static message with
 * data beside it, so that lines can be counted and found by field.
 */
export async function createLogger(
  level: string,
  isTerminal: boolean,
  output?: DestinationStream,
  /** What a line has beside its own data, asked for at each. */
  more?: () => Readonly<Record<string, string>>,
): Promise<Logger> {
  const options = {
    level,
    base: null,
    ...(more === undefined ? {} : { mixin: more }),
    serializers: { err: errorForLog },
    timestamp: isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!isTerminal && output === undefined) return pino(options, toStandardOutput());
  return pino({ ...options, hooks: { streamWrite: linesToWrite } }, isTerminal ? await colours() : output);
}

let lastTime = 0;
let lastText = '';

/** As pino's own; worked out once for all lines of a millisecond. */
export function isoTime(): string {
  const now = Date.now();
  if (now !== lastTime) {
    lastTime = now;
    lastText = `,"time":"${new Date(now).toISOString()}"`;
  }
  return lastText;
}

/** Lines on the standard output, those of a moment together. */
export function toStandardOutput(): DestinationStream {
  return gathering(pino.destination({ fd: 1, sync: true }), linesToWrite);
}

/** The last that is done to lines: whatever came into them, no secret and nothing that a terminal acts on leaves. */
export function linesToWrite(lines: string): string {
  return withoutControls(hideSecrets(lines));
}

/**
 * JSON leaves as they are what a terminal or a viewer acts on: directions of writing, further control characters and
 * line ends. They can only stand in texts, so that an escape means the same.
 */
function withoutControls(line: string): string {
  return line.replace(
    /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function colours(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ colorize: true, translateTime: 'HH:MM:ss', ignore: 'pid,hostname', sync: true });
}

/**
 * What a log line says of an error: no properties but these, since the errors of libraries carry requests and
 * connection strings.
 */
function errorForLog(
  error: unknown,
): Partial<SerializedError> & { code?: string; hint?: string; status?: number } {
  if (!(error instanceof Error)) return { message: String(error) };
  const base = { type: error.name, message: error.message };
  if (error instanceof Failure) {
    return { ...base, code: error.kind, ...(error.status === undefined ? {} : { status: error.status }) };
  }
  if (error instanceof BeckonError) {
    return { ...base, code: error.code, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  return { ...base, stack: error.stack ?? '' };
}
