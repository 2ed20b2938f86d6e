import { describe, expect, it } from 'vitest';
import type { EventKind, Trigger } from '../../src/config/config.ts';
import { neededEvents } from '../../src/hooks/needed-events.ts';
import { isOurs } from '../../src/hooks/ours.ts';
import { planSync, wantedHook } from '../../src/hooks/sync.ts';
import { Secret } from '../../src/lib/secret.ts';
import { config, trigger } from '../builders/config.ts';
import { HOOK_URL, hook } from '../builders/hooks.ts';

describe('the events that triggers need', () => {
  const on = (kind: EventKind, fields: Partial<Trigger> = {}) =>
    [...neededEvents([trigger({ events: new Set([kind]), stopOn: new Set(), ...fields })])].sort();

  it.each<[string, readonly string[], Partial<Trigger>?]>([
    ['mention', ['note', 'pipeline']],
    ['mention', ['confidential_note', 'note', 'pipeline'], { confidential: true }],
    ['assign', ['issues', 'merge_requests', 'pipeline']],
    ['assign', ['confidential_issues', 'issues', 'merge_requests', 'pipeline'], { confidential: true }],
    ['assign_reviewer', ['merge_requests', 'pipeline']],
    ['pipeline_hooks', ['pipeline']],
    ['scheduled', ['pipeline']],
    ['commit_to_default_branch', ['pipeline', 'push']],
    ['emoji', ['emoji', 'pipeline']],
    ['mention', ['emoji', 'note', 'pipeline'], { forks: 'approve' }],
    ['mention', ['issues', 'merge_requests', 'note', 'pipeline'], { stopOn: new Set(['close']) }],
    ['mention', ['merge_requests', 'note', 'pipeline'], { stopOn: new Set(['review_removed']) }],
  ])('%s: %j', (kind, events, fields) => {
    expect(on(kind as EventKind, fields)).toEqual(events);
  });
});

describe('whose hook it is', () => {
  it.each([
    [HOOK_URL, 'https://beckon.example.com', true],
    [`${HOOK_URL}/`, 'https://beckon.example.com', true],
    [HOOK_URL.replace('beckon.', 'BECKON.'), 'https://beckon.example.com', true],
    [HOOK_URL.replace('https', 'http'), 'https://beckon.example.com', false],
    ['https://beckon.example.com/b/webhooks/gitlab', 'https://beckon.example.com/b', true],
    ['https://beckon.example.com/b/webhooks/gitlab', 'https://beckon.example.com', false],
    ['https://any.example.com/x/webhooks/gitlab', undefined, true],
    ['https://any.example.com/webhooks/gitlab/more', undefined, false],
    ['not an address', undefined, false],
  ])('%s for %s: %s', (url, publicUrl, answer) => {
    expect(isOurs(url, publicUrl)).toBe(answer);
  });
});

describe('what makes the hook right', () => {
  const server = { ...config().server, publicUrl: 'https://beckon.example.com' };
  const signingToken = new Secret(`whsec_${'A'.repeat(43)}=`);
  const token = new Secret('first');
  const whole = config({
    server,
    triggers: [trigger({ events: new Set(['mention']), stopOn: new Set() })],
    webhook: {
      secretTokens: [token, new Secret('second')],
      signingTokens: [signingToken],
      projectSecrets: [],
      allowFrom: undefined,
    },
  });
  const wanted = wantedHook(whole, { project: 'acme/app', version: '18.9.0' });
  const plan = (ours: readonly ReturnType<typeof hook>[], renewsSecret = false, of = wanted) =>
    planSync(ours, of, { renewsSecret });

  it('adds one with the first secret and no more events than needed', () => {
    expect(plan([])).toEqual({
      kind: 'create',
      settings: {
        url: HOOK_URL,
        token,
        events: new Map([
          ['push', false],
          ['pipeline', true],
          ['note', true],
        ]),
      },
    });
  });

  it('gives it the secret of its project where that has its own', () => {
    const own = new Secret('own');
    const projects = { patterns: ['acme/app'], match: (path: string) => path === 'acme/app' };
    const entry = { projects, secretTokens: [own], signingTokens: [] };
    const split = { ...whole, webhook: { ...whole.webhook, projectSecrets: [entry] } };
    expect(wantedHook(split, { project: 'acme/app', version: '19.1.0' })).toMatchObject({ token: own });
    expect(wantedHook(split, { project: 'acme/app', version: '19.1.0' })).not.toHaveProperty('signingToken');
    expect(wantedHook(split, { project: 'acme/web', version: '19.1.0' })).toMatchObject({
      token,
      signingToken,
    });
  });

  it('leaves a right one alone, also where it is not known which secrets it has', () => {
    expect(plan([hook()])).toEqual({ kind: 'nothing', hook: hook() });
    expect(plan([hook({ hasToken: undefined, hasSigningToken: undefined })]).kind).toBe('nothing');
    expect(plan([hook({ events: new Set(['note', 'pipeline', 'repository_update']) })]).kind).toBe('nothing');
  });

  it('says what it changes, and writes secrets only where there are none', () => {
    const wrong = hook({ events: new Set(['pipeline', 'push', 'job']), verifiesTls: false, hasToken: false });
    expect(plan([wrong])).toEqual({
      kind: 'update',
      hook: wrong,
      changes: [
        'note_events on',
        'push_events off',
        'job_events off',
        'SSL verification on',
        'secret token written',
      ],
      settings: {
        url: HOOK_URL,
        token,
        events: new Map([
          ['note', true],
          ['push', false],
          ['job', false],
        ]),
      },
    });
  });

  it('writes the secrets anew when asked to, the signing token from GitLab 19.0 on', () => {
    expect(plan([hook()], true)).toMatchObject({ changes: ['secret token written'] });
    const newer = wantedHook(whole, { project: 'acme/app', version: '19.0.1-ee' });
    expect(plan([hook()], true, newer)).toMatchObject({
      changes: ['secret token written', 'signing token written'],
      settings: { token, signingToken },
    });
    expect(plan([hook()], false, newer)).toMatchObject({ changes: ['signing token written'] });
  });

  it.each([
    ['no trigger covers the project', whole, { project: 'other/app', version: '18.9.0' }, /^No trigger/],
    ['the address is not known', config(), { project: 'acme/app', version: '18.9.0' }, /does not say where/],
    [
      'GitLab is too old for the only secret',
      {
        ...whole,
        webhook: {
          secretTokens: [],
          signingTokens: [signingToken],
          projectSecrets: [],
          allowFrom: undefined,
        },
      },
      { project: 'acme/app', version: '18.11.2' },
      /no signing tokens/,
    ],
  ])('cannot know where %s', (_what, of, about, message) => {
    expect(() => wantedHook(of, about)).toThrow(message);
  });
});
