import { expect, test } from 'vitest';
import type { PipelineRequest } from '../ports.ts';
import { jobVariables } from './job-variables.ts';
import { variable } from './test-support/project.ts';
import { variablesFile } from './variables-file.ts';

const nowhere = {} as PipelineRequest['repository'];
const predefined = { CI_COMMIT_BRANCH: 'main', SHADOWED: 'predefined' };
const filePath = (scope: string, key: string) => `/files/${scope}/${key}`;

/** The variables of jobs by environment scope, as `NAME=value` without the predefined branch. */
function byScope(more: Partial<PipelineRequest>): Record<string, readonly string[]> | string {
  const request = {
    repository: nowhere,
    commitId: '',
    ref: 'main',
    source: 'api',
    ciConfigPath: '.gitlab-ci.yml',
    variables: [],
    inputs: {},
    predefined: {},
    projectVariables: [],
    ...more,
  };
  const result = jobVariables(request, { predefined, filePath });
  if ('error' in result) return result.error;
  return Object.fromEntries(
    result.scopes.map(({ scope, variables }) => [
      scope,
      variables.filter(({ key }) => !(key in predefined)).map(({ key, value }) => `${key}=${value}`),
    ]),
  );
}

test('the narrowest scope that covers an environment wins', () => {
  const scoped = (value: string, environmentScope: string) => ({
    ...variable('KEY', value),
    environmentScope,
  });
  const projectVariables = [
    scoped('everyone', '*'),
    scoped('a much longer name that covers nothing else', 'production/eu-west'),
    scoped('claude', 'ai-flow/claude'),
    scoped('any agent', 'ai-flow/*'),
  ];
  expect(byScope({ projectVariables })).toEqual({
    '*': ['KEY=everyone'],
    'production/eu-west': ['KEY=a much longer name that covers nothing else'],
    'ai-flow/claude': ['KEY=claude'],
    'ai-flow/*': ['KEY=any agent'],
  });
});

test('a scope is a name with stars, not a regular expression', () => {
  const projectVariables = [
    { ...variable('DOT', 'x'), environmentScope: 'a.c' },
    { ...variable('LETTER', 'x'), environmentScope: 'abc' },
  ];
  expect(byScope({ projectVariables })).toEqual({ '*': [], 'a.c': ['DOT=x'], abc: ['LETTER=x'] });
});

test('a reference means the value of the environment that the job runs in', () => {
  const projectVariables = [{ ...variable('KEY', 'sk'), environmentScope: 'ai-flow/claude' }];
  expect(byScope({ projectVariables, variables: [variable('INPUT', 'my $KEY')] })).toEqual({
    '*': ['INPUT=my '],
    'ai-flow/claude': ['KEY=sk', 'INPUT=my sk'],
  });
});

test('pipeline variables go over those of the project, and both over predefined ones', () => {
  const result = jobVariables(
    {
      repository: nowhere,
      commitId: '',
      ref: 'main',
      source: 'api',
      ciConfigPath: '',
      inputs: {},
      predefined: {},
      variables: [variable('BOTH', 'pipeline')],
      projectVariables: [
        { ...variable('BOTH', 'project'), environmentScope: '*' },
        { ...variable('SHADOWED', 'project'), environmentScope: '*' },
      ],
    },
    { predefined, filePath },
  );
  expect('scopes' in result && result.scopes[0]?.variables).toMatchObject([
    { key: 'CI_COMMIT_BRANCH', value: 'main' },
    { key: 'SHADOWED', value: 'project' },
    { key: 'BOTH', value: 'pipeline' },
  ]);
});

test('the variables file repeats only what differs, and doubles every dollar', () => {
  const variables = (value: string) => [
    { key: 'SAME', value: 'costs $5' },
    { key: 'OTHER', value },
    { key: 'FILE', value: 'content', file: true },
  ];
  const scopes = [
    { scope: '*', variables: variables('1') },
    { scope: 'prod', variables: variables('2') },
  ];
  const file = variablesFile(scopes, (scope, { value, file }) =>
    file === true ? filePath(scope, 'FILE') : value,
  );
  expect(JSON.parse(file)).toEqual({
    SAME: { type: 'variable', values: { '*': 'costs $$5' } },
    OTHER: { type: 'variable', values: { '*': '1', prod: '2' } },
    FILE: { type: 'variable', values: { '*': '/files/*/FILE', prod: '/files/prod/FILE' } },
  });
});
