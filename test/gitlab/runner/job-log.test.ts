import { expect, test } from 'vitest';
import { lineReader, readLogLine } from './job-log.ts';

test.each([
  ['my job > hello', { kind: 'text', text: 'hello' }],
  ['my job >', { kind: 'text', text: '' }],
  ['my job > ', { kind: 'text', text: '' }],
  ['my job >  indented', { kind: 'text', text: ' indented' }],
  ['my job $ make', { kind: 'text', text: '\u001b[32;1m$ make\u001b[0;m' }],
  ['my job finished in 1.2 s', { kind: 'finished', exitCode: 0 }],
  ['my job finished in 1.2 s  FAIL 7 ', { kind: 'finished', exitCode: 7 }],
  ['my job finished in 59 ms  WARN 130 ', { kind: 'finished', exitCode: 130 }],
  ['my job finished in 59 ms  WARN 1  after_script', { kind: 'talk' }],
  ['my job > my job finished in 1 s  FAIL 7 ', { kind: 'text', text: 'my job finished in 1 s  FAIL 7 ' }],
  ['my job starting shell (test)', { kind: 'talk' }],
  ['PASS my job', { kind: 'talk' }],
])('%s', (line, expected) => {
  expect(readLogLine(line, 'my job')).toMatchObject(expected);
});

test('lines are put together from pieces', () => {
  const lines: string[] = [];
  const reader = lineReader((line) => lines.push(line));
  for (const piece of ['on', 'e\ntw', 'o\n\nthr', 'ee']) reader.push(piece);
  expect(lines).toEqual(['one', 'two', '']);
  reader.end();
  reader.end();
  expect(lines).toEqual(['one', 'two', '', 'three']);
});
