import { describe, expect, it } from 'vitest';
import { lastLines } from '../../src/runs/job-log.ts';

const ESC = '\u001B';

describe('the last lines of a job log', () => {
  it('are fifteen at most, without empty ones', () => {
    const log = Array.from({ length: 40 }, (_, index) => `line ${index}\n\n`).join('');
    const lines = lastLines(log).split('\n');
    expect(lines).toHaveLength(15);
    expect([lines[0], lines.at(-1)]).toEqual(['line 25', 'line 39']);
  });

  it('have 1,500 characters at most, and the end of them', () => {
    const text = lastLines(`${'x'.repeat(5_000)}\nnpm error 🐛 ${'y'.repeat(2_000)}`);
    expect([...text]).toHaveLength(1_500);
    expect(text).toMatch(/^…y+$/);
  });

  it('have no colours, sections, progress or time stamps of the Runner', () => {
    const log = [
      `section_start:1700000000:step_script[collapsed=true]\r${ESC}[0K${ESC}[36;1mExecuting${ESC}[0;m`,
      `10%\r50%\r100%\r`,
      `2026-05-01T10:00:00.123456Z 01E npm error`,
      `2026-05-01T10:00:00.123457Z 01E+ code 1`,
      `section_end:1700000001:step_script\r${ESC}[0K${ESC}[31;1mERROR: Job failed: exit code 1`,
      `${ESC}]0;title\u0007${ESC}[0;m`,
    ].join('\n');
    expect(lastLines(log)).toBe('Executing\n100%\nnpm error code 1\nERROR: Job failed: exit code 1');
  });

  it('have no tokens, even in colours, and no passwords of addresses', () => {
    const token = `glpat-${'a1'.repeat(10)}`;
    const text = lastLines(
      `token ${token.slice(0, 8)}${ESC}[0m${token.slice(8)}\nfatal: https://oauth2:hunter22@gitlab.example.com/x.git`,
    );
    expect(text).toBe(
      'token [token removed]\nfatal: https://oauth2:[password removed]@gitlab.example.com/x.git',
    );
  });

  it('show what is invisible', () => {
    expect(lastLines('a\u202Eb\u0000')).toBe('a[U+202E]b[U+0000]');
  });

  it('are nothing of an empty log', () => {
    expect(lastLines('\n\r\n')).toBe('');
  });
});
