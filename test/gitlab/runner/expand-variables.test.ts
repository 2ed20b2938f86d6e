import { describe, expect, test } from 'vitest';
import { type CiVariable, expandVariables } from './expand-variables.ts';

const filePath = (key: string) => `/builds/project.tmp/${key}`;

const project: readonly CiVariable[] = [
  { key: 'API_KEY', value: 'sk-1' },
  { key: 'CI_JOB_TOKEN', value: 'glcbt-2' },
  { key: 'CONFIG', value: 'the content', file: true },
  { key: 'RAW', value: 'has $API_KEY', raw: true },
  { key: 'NESTED', value: 'n-$API_KEY' },
];

/** The value that a job finds in `X`. */
function expanded(value: string, more: Partial<CiVariable> = {}): string | undefined {
  const result = expandVariables([...project, { key: 'X', value, ...more }], { filePath });
  return 'error' in result ? result.error : result.variables.findLast(({ key }) => key === 'X')?.value;
}

describe('one value through both expansions', () => {
  test.each([
    ['no reference at all', 'no reference at all'],
    ['$API_KEY', 'sk-1'],
    ['${API_KEY}x', 'sk-1x'],
    ['%CI_JOB_TOKEN%', 'glcbt-2'],
    ['$NESTED', 'n-sk-1'],
    ['$UNKNOWN|${UNKNOWN}|%UNKNOWN%', '||%UNKNOWN%'],
    ['$$API_KEY', '$API_KEY'],
    ['$$$API_KEY', '$sk-1'],
    ['100%% of $$5', '100%% of $5'],
    ['costs $5, US$ 7', 'costs , US$ 7'],
    ['$@ $! $? $* $# $- $0|', '      |'],
    ['$(touch x) `id`', '$(touch x) `id`'],
    ['${} ${API_KEY', ' API_KEY'],
    ['${5}${$}', '$'],
    ['ends with $', 'ends with $'],
    ['$CONFIG', '/builds/project.tmp/CONFIG'],
    ['$RAW', 'has $API_KEY'],
    ['%RAW%', '%RAW%'],
    ['$X', '$X'],
    ['$ö$API_KEYö', '$ösk-1ö'],
    ['bXkgc2NyaXB0IC8rPQ==', 'bXkgc2NyaXB0IC8rPQ=='],
  ])('%s becomes %s', (value, result) => {
    expect(expanded(value)).toBe(result);
  });

  test('a raw variable stays as it is', () => {
    expect(expanded('$API_KEY %API_KEY% $$', { raw: true })).toBe('$API_KEY %API_KEY% $$');
  });

  test('the content of a file variable is expanded, too', () => {
    expect(expanded('key=$API_KEY', { file: true })).toBe('key=sk-1');
  });
});

describe('a Runner before 13.0', () => {
  test.each([
    ['$(touch x) `id`', '(touch x) `id`'],
    ['US$ 7, $\n, $ö', 'US 7, \n, ö'],
    ['${API_KEY} $$API_KEY $5|', 'sk-1 $API_KEY |'],
    ['ends with $', 'ends with $'],
    ['bXkgc2NyaXB0IC8rPQ==', 'bXkgc2NyaXB0IC8rPQ=='],
  ])('makes %j into %j', (value, result) => {
    const expanded = expandVariables([...project, { key: 'X', value }], { filePath, runnerBefore13: true });
    expect(expanded).toMatchObject({ variables: expect.arrayContaining([{ key: 'X', value: result }]) });
  });
});

describe('variables that refer to each other', () => {
  const expand = (variables: readonly CiVariable[]) => expandVariables(variables, { filePath });

  test('two in a ring stop the pipeline', () => {
    const variables = [
      { key: 'AI_FLOW_CONTEXT', value: '{"note":"$AI_FLOW_CONTEXT $AI_FLOW_INPUT"}' },
      { key: 'AI_FLOW_INPUT', value: '$AI_FLOW_CONTEXT $AI_FLOW_INPUT' },
    ];
    expect(expand(variables)).toEqual({
      error: 'circular variable reference detected: ["AI_FLOW_CONTEXT", "AI_FLOW_INPUT"]',
    });
  });

  test('doubling the dollar breaks the ring', () => {
    const value = '$$AI_FLOW_CONTEXT $$AI_FLOW_INPUT';
    const result = expand([
      { key: 'AI_FLOW_CONTEXT', value },
      { key: 'AI_FLOW_INPUT', value },
    ]);
    expect(result).toMatchObject({ variables: [{ value: '$AI_FLOW_CONTEXT $AI_FLOW_INPUT' }, {}] });
  });

  test('a percent sign makes a ring, too, and a raw variable none', () => {
    const a = { key: 'A', value: '%B%' };
    expect(expand([a, { key: 'B', value: '$A' }])).toHaveProperty('error');
    expect(expand([a, { key: 'B', value: '$A', raw: true }])).not.toHaveProperty('error');
  });

  test('each comes after what it needs, however they are listed', () => {
    const result = expand([
      { key: 'A', value: '$B$C' },
      { key: 'B', value: 'b$C' },
      { key: 'C', value: 'c' },
    ]);
    const values = 'error' in result ? [] : result.variables.map(({ key, value }) => `${key}=${value}`);
    expect(values.sort()).toEqual(['A=bcc', 'B=bc', 'C=c']);
  });

  test('the last of a name wins', () => {
    const result = expand([
      { key: 'A', value: 'project' },
      { key: 'A', value: 'pipeline' },
      { key: 'B', value: '$A' },
    ]);
    expect(result).toMatchObject({ variables: [{}, {}, { key: 'B', value: 'pipeline' }] });
  });
});
