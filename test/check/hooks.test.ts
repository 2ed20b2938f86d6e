import { describe, expect, it } from 'vitest';
import { findHooks, type HookFacts, ourHooks } from '../../src/check/hooks.ts';
import { neededEvents } from '../../src/hooks/needed-events.ts';
import { config } from '../builders/config.ts';
import { delivery, hook } from '../builders/hooks.ts';

const whole = config();
const project = { path: 'acme/web/shop', url: 'https://gitlab.example.com/acme/web/shop' };
const right = hook({ events: neededEvents(whole.triggers) });

describe('the webhooks of a project', () => {
  it.each<[string, Partial<HookFacts>, object, readonly RegExp[]]>([
    ['all right', {}, {}, [/^ok The webhook is on/, /^ok .*all events/, /^unknown No delivery/]],
    ['none', { hooks: [] }, {}, [/^risky No webhook leads to Beckon: .* by To-Do items/]],
    [
      'none, and no To-Do items either',
      { hooks: [] },
      { catchUp: { todos: undefined, hookEvents: true } },
      [/^wrong No webhook leads to Beckon, so nothing/],
    ],
    ['two', { hooks: [right, right] }, {}, [/^risky 2 webhooks/, /^ok/, /^ok/, /^unknown/]],
    [
      'one that is off',
      { hooks: [{ ...right, state: 'disabled', disabledUntil: '2026-01-01T00:01:00Z' }] },
      {},
      [/^wrong GitLab switched the webhook off until 2026-01-01T00:01:00Z/, /^ok/, /^unknown/],
    ],
    [
      'one that lacks an event',
      { hooks: [{ ...right, events: new Set([...right.events].filter((event) => event !== 'note')) }] },
      {},
      [/^ok/, /^wrong The webhook does not have the events note\.$/, /^unknown/],
    ],
    [
      'a delivery that arrived',
      { last: delivery({ status: '202' }) },
      {},
      [/^ok/, /^ok/, /^ok .*answered with 202/],
    ],
    [
      'a delivery with another secret',
      { last: delivery({ status: '401' }) },
      {},
      [/^ok/, /^ok/, /^wrong .*another secret/],
    ],
    [
      'a delivery without an answer',
      { last: delivery({ status: 'internal error' }) },
      {},
      [/^ok/, /^ok/, /^wrong Its last delivery failed: internal error/],
    ],
    [
      'a test delivery that arrived, whatever was before',
      { last: delivery({ status: '401' }), tested: { kind: 'arrived', event: 'note' } },
      {},
      [/^ok/, /^ok/, /^ok A test delivery reaches Beckon/],
    ],
    [
      'a test delivery that did not',
      { tested: { kind: 'failed', reason: 'note_events: Connection refused' } },
      {},
      [/^ok/, /^ok/, /^wrong A test delivery does not reach Beckon: note_events: Connection refused/],
    ],
  ])('are %s', (_name, facts, more, lines) => {
    const found = findHooks({ hooks: [right], last: undefined, ...facts }, project, { ...whole, ...more });
    expect(found.map(({ state, text }) => `${state} ${text}`)).toEqual(
      lines.map((line) => expect.stringMatching(line)),
    );
    for (const { state, remedy, link } of found) {
      if (state === 'ok') continue;
      expect(remedy).toBeDefined();
      expect(link).toBe(`${project.url}/-/hooks`);
    }
  });

  it('are ours by their address', () => {
    const server = { ...whole.server, publicUrl: 'https://beckon.example.com' };
    const ours = hook({ url: 'https://beckon.example.com/webhooks/gitlab' });
    expect(ourHooks([ours, hook({ url: 'https://ci.example.com/webhooks/gitlab' })], { server })).toEqual([
      ours,
    ]);
  });
});
