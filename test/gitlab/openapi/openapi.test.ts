import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { setUp } from '../test-support/setup.ts';
import { openApiFile } from './document.ts';
import { openApiOf } from './openapi.ts';

const there = existsSync(openApiFile);
const title = there ? 'the OpenAPI document' : `the OpenAPI document (skipped: ${openApiFile} is not there)`;

describe.skipIf(!there)(title, () => {
  test('refuses what GitLab refuses, and notes it down', async () => {
    const { gitlab, api, bot } = await setUp();
    const answer = await api(bot, 'GET', '/projects/:id/issues?state=open');
    expect(answer).toMatchObject({ status: 400, body: { error: 'state does not have a valid value' } });
    expect((await api(bot, 'GET', '/projects/:id/issues?per_page=many')).body).toEqual({
      error: 'per_page is invalid',
    });
    expect((await api(bot, 'POST', '/projects/:id/pipeline', { variables: [] })).body).toEqual({
      error: 'ref is missing',
    });
    expect(gitlab.violations).toHaveLength(3);
  });

  test('notes down what GitLab would overlook', async () => {
    const { gitlab, api, bot } = await setUp();
    expect((await api(bot, 'GET', '/projects/:id/issues?sate=opened')).status).toBe(200);
    const variables = [{ key: 'A', value: 'b', raw: true }];
    await api(bot, 'POST', '/projects/:id/pipeline', { ref: 'x', variables });
    expect(gitlab.violations.map((text) => text.split(': ').slice(1).join(': '))).toEqual([
      'sate is no parameter of GET /projects/{}/issues',
      'variables[0]: raw is no parameter',
    ]);
  });

  test('tells unknown endpoints from those that are not served here', async () => {
    const { gitlab, api, bot } = await setUp();
    expect((await api(bot, 'GET', '/projects/:id/wikis')).status).toBe(404);
    expect(await api(bot, 'GET', '/projects/:id/wishes')).toMatchObject({
      status: 404,
      body: { error: '404 Not Found' },
    });
    expect(gitlab.violations).toEqual([
      expect.stringMatching(/wikis is not served by this stand-in$/),
      expect.stringMatching(/wishes is no endpoint of GitLab$/),
    ]);
  });

  test('holds answers to it, too', () => {
    const openApi = openApiOf();
    const check = (body: unknown, status = 200) =>
      openApi?.checkAnswer({ method: 'GET', path: '/projects/:id/issues/:iid', status, body });
    expect(check({ id: 1, title: 'x', labels: ['a'], assignees: [{ id: 1 }] })).toEqual([]);
    expect(check({ id: '1' })).toEqual(['/id must be integer,null']);
    expect(check({ id: 1, colour: 'red' })).toEqual(['body must NOT have additional properties (colour)']);
    expect(check({ created_at: 'yesterday' })).toEqual(['/created_at must match format "date-time"']);
    expect(check({}, 201)).toEqual(['status 201 is not in the document']);
  });
});

test('without the document nothing is checked', async () => {
  const { gitlab, api, bot } = await setUp({ openApi: false });
  expect((await api(bot, 'GET', '/projects/:id/issues?sate=opened')).status).toBe(200);
  expect((await api(bot, 'POST', '/projects/:id/pipeline', {})).body).toEqual({ error: 'ref is missing' });
  expect(gitlab.violations).toEqual([]);
});
