import type { DestinationStream } from 'pino';

/** Milliseconds that a line waits for others; a process that is killed loses those of so long. */
const WAIT_MS = 50;
/** Characters that do not wait for more. */
const ENOUGH = 16_384;

/**
 * Writes lines of the same moment together: one write for each costs as much as all the rest of a delivery that concerns
 * nobody. `finish` has the last word on them. What is left is written when the process ends by itself or by an error.
 */
export function gathering(output: DestinationStream, finish: (lines: string) => string): DestinationStream {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;

  function writeOut(): void {
    clearTimeout(timer);
    timer = undefined;
    const text = lines;
    lines = '';
    if (text !== '') output.write(finish(text));
  }

  process.on('exit', writeOut);
  return {
    write(line) {
      lines += line;
      if (lines.length >= ENOUGH) writeOut();
      else timer ??= setTimeout(writeOut, WAIT_MS).unref();
    },
  };
}
