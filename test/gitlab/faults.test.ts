import { describe, expect, test } from 'vitest';
import { setUp } from './test-support/setup.ts';

const notes = '/projects/:id/issues/1/notes';

async function withIssue() {
  const setup = await setUp();
  setup.world.openIssue({ project: setup.project, author: setup.alice, title: 'Bug' });
  const post = () => setup.api(setup.bot, 'POST', notes, { body: 'x' });
  const count = () => setup.world.state.notes.size;
  return { ...setup, post, count };
}

const match = { method: 'POST', path: /\/notes$/ };

describe('a fault', () => {
  test('answers a status instead, so often, after so many good ones', async () => {
    const { gitlab, post, count } = await withIssue();
    gitlab.faults.add({
      match,
      times: 2,
      after: 1,
      do: { status: 502, body: 'Bad Gateway', headers: { 'retry-after': '7' } },
    });
    expect((await post()).status).toBe(201);
    const failed = await post();
    expect([failed.status, failed.body, failed.headers.get('retry-after')]).toEqual([
      502,
      'Bad Gateway',
      '7',
    ]);
    expect((await post()).status).toBe(502);
    expect((await post()).status).toBe(201);
    expect(count()).toBe(2);
  });

  test('hits only what it matches, and can be taken away', async () => {
    const { gitlab, post, api, bot } = await withIssue();
    const remove = gitlab.faults.add({ match, times: 9, do: { status: 500 } });
    expect((await api(bot, 'GET', notes)).status).toBe(200);
    expect((await post()).status).toBe(500);
    remove();
    expect((await post()).status).toBe(201);
  });

  test('cuts the connection before the effect', async () => {
    const { gitlab, post, count } = await withIssue();
    gitlab.faults.add({ match, do: { cut: 'before' } });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(count()).toBe(0);
    expect(gitlab.requests.at(-1)).toMatchObject({ method: 'POST', status: undefined });
  });

  test('cuts the connection after the effect', async () => {
    const { gitlab, post, count } = await withIssue();
    gitlab.faults.add({ match, do: { cut: 'after' } });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(count()).toBe(1);
  });

  test('delays', async () => {
    const { gitlab, post } = await withIssue();
    await post();
    gitlab.faults.add({ match, do: { delay: 120 } });
    const started = performance.now();
    expect((await post()).status).toBe(201);
    expect(performance.now() - started).toBeGreaterThan(110);
  });

  test('shows a page for people', async () => {
    const { gitlab, post } = await withIssue();
    gitlab.faults.add({ match, do: { html: true } });
    const answer = await post();
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.body).toContain('<!DOCTYPE html>');
  });

  test('reads from a replica that lags behind', async () => {
    const { gitlab, post, api, bot } = await withIssue();
    gitlab.faults.add({ match: { path: /\/notes/ }, do: { staleReads: 2 } });
    await post();
    const seen = async () => (await api(bot, 'GET', notes)).body.length;
    expect([await seen(), await seen(), await seen()]).toEqual([0, 0, 1]);
  });
});
