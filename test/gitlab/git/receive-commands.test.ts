import { expect, test } from 'vitest';
import { receiveCommands } from './receive-commands.ts';

const zero = '0'.repeat(40);
const a = 'a'.repeat(40);
const line = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text;
const bytes = (text: string) => new TextEncoder().encode(text);

test('the commands of a push are read up to the flush packet', () => {
  const head =
    line(`${zero} ${a} refs/heads/new\0 report-status side-band-64k`) + line(`${a} ${zero} refs/heads/old\n`);
  expect(receiveCommands(bytes(`${head}0000PACK...`))).toEqual([
    { ref: 'refs/heads/new', before: zero, after: a },
    { ref: 'refs/heads/old', before: a, after: zero },
  ]);
});

test('bytes that do not reach the flush packet say nothing yet', () => {
  const head = line(`${zero} ${a} refs/heads/new\0`);
  for (const cut of [0, 3, 4, 30, head.length, head.length + 3])
    expect(receiveCommands(bytes(`${head}0000`).subarray(0, cut)), `${cut} bytes`).toBeUndefined();
});

test('a shallow line is no command', () => {
  expect(receiveCommands(bytes(`${line(`shallow ${a}`)}0000`))).toEqual([]);
});

test('anything else is refused', () => {
  expect(() => receiveCommands(bytes('GET / HTTP/1.1'))).toThrow('not a packet line');
  expect(() => receiveCommands(bytes('0001'))).toThrow('not a packet line');
});
