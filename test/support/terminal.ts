import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** Milliseconds in which an answer has to be on the screen, on a machine that may be busy. */
const PATIENCE = 60_000;

/** A program on a pseudo-terminal, as a person sees it. */
export interface Terminal {
  /** Waits until a text is shown that was not there when the last one was found. */
  shows(text: string): Promise<void>;
  /** Types keys; `\r` is Enter. */
  type(keys: string): void;
  /** Exit code and all that was shown; `raw` has the colours too. */
  readonly ended: Promise<{ readonly status: number; readonly screen: string; readonly raw: string }>;
}

/** Starts a program on a pseudo-terminal by `script` of util-linux. */
export function openTerminal(
  command: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Terminal {
  const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['-qefc', `stty rows 40 cols 120 && exec ${line}`, '/dev/null'], {
    cwd,
    env,
  });
  let screen = '';
  let seen = 0;
  let onMore = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    onMore();
  });
  const plain = () => stripVTControlCharacters(screen);
  return {
    shows: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${text} in:\n${plain()}`)), PATIENCE);
        onMore = () => {
          const place = plain().indexOf(text, seen);
          if (place < 0) return;
          seen = place + text.length;
          clearTimeout(timer);
          onMore = () => {};
          resolve();
        };
        onMore();
      }),
    type: (keys) => void child.stdin.write(keys),
    ended: new Promise((resolve) => {
      child.on('close', (code) => resolve({ status: code ?? -1, screen: plain(), raw: screen }));
    }),
  };
}
