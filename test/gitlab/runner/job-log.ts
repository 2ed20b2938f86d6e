/** What a line of gitlab-ci-local's output is: the job's, the end of the job, or its own talk. */
export type LogLine =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'finished'; readonly exitCode: number }
  | { readonly kind: 'talk'; readonly text: string };

const FINISHED = /^finished in \S+ \S+(?: {2}(?:FAIL|WARN) +(\d+) +)?$/;

/**
 * Reads one line that gitlab-ci-local printed about a job, without colours: `NAME > output`, `NAME $ command`,
 * `NAME finished in 1.2 s  FAIL 7 `. A job cannot fake the last, its own lines all start with `>`.
 */
export function readLogLine(line: string, jobName: string): LogLine {
  if (!line.startsWith(`${jobName} `)) return { kind: 'talk', text: line };
  const rest = line.slice(jobName.length + 1);
  if (rest === '>' || rest.startsWith('> ')) return { kind: 'text', text: rest.slice(2) };
  // In the Runner's own green.
  if (rest.startsWith('$ ')) return { kind: 'text', text: `\u001b[32;1m${rest}\u001b[0;m` };
  const finished = FINISHED.exec(rest);
  if (finished !== null) return { kind: 'finished', exitCode: Number(finished[1] ?? 0) };
  return { kind: 'talk', text: line };
}

/** Cuts a stream of text into lines; `end` gives what came after the last line break. */
export function lineReader(onLine: (line: string) => void): {
  readonly push: (text: string) => void;
  readonly end: () => void;
} {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
