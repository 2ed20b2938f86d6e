import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gathering } from '../../src/observability/gathering.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  const written: string[] = [];
  const stream = gathering({ write: (text) => void written.push(text) }, (lines) => lines.toUpperCase());
  return { written, stream };
}

it('writes the lines of a moment together, finished, and each once', () => {
  const { written, stream } = open();
  stream.write('a\n');
  stream.write('b\n');
  expect(written).toEqual([]);
  vi.advanceTimersByTime(50);
  stream.write('c\n');
  vi.advanceTimersByTime(50);
  expect(written).toEqual(['A\nB\n', 'C\n']);
});

it('does not wait with much, and writes what is left when the process ends', () => {
  const { written, stream } = open();
  stream.write('x'.repeat(20_000));
  expect(written).toHaveLength(1);
  stream.write('last\n');
  process.listeners('exit').at(-1)?.call(process, 0);
  expect(written.at(-1)).toBe('LAST\n');
});
