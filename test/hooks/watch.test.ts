import { expect, it } from 'vitest';
import type { Hook, HookDelivery, HookObserver, Webhooks } from '../../src/hooks/ports.ts';
import { createHookWatch } from '../../src/hooks/watch.ts';
import { Failure, type FailureKind } from '../../src/runs/failures.ts';
import { config, trigger } from '../builders/config.ts';
import { delivery, hook } from '../builders/hooks.ts';

const MINUTE = 60_000;
const project = { id: 15, path: 'acme/app' };

function refusal(kind: FailureKind): Failure {
  return new Failure('POST', { kind, detail: kind });
}

/** A GitLab with one project, and the watch over it at a time that tests move. */
function scene({ hooks = [hook()], failed = [] as readonly HookDelivery[], patterns = ['acme/**'] } = {}) {
  const state = {
    hooks,
    failed,
    arrived: [] as readonly HookDelivery[],
    /** What becomes of a test and of a resend. */
    test: undefined as FailureKind | undefined,
    resend: '202' as string | Failure,
    now: 1_000_000_000_000,
    wants: (_payload: unknown) => true,
    away: undefined as Failure | undefined,
  };
  const asked: string[] = [];
  const told: string[] = [];
  const pageOf = (all: readonly HookDelivery[], page: number) =>
    [...all].sort((a, b) => b.id - a.id).slice((page - 1) * 20, page * 20);
  const gitlab: Webhooks = {
    version: async () => '18.9.0',
    project: async (path) => {
      asked.push(`project ${path}`);
      return path === project.path ? project : undefined;
    },
    maintained: async (page) => {
      asked.push(`maintained ${page}`);
      return page === 1 ? [project, { id: 16, path: 'other/app' }] : [];
    },
    below: async () => undefined,
    hooks: async (id) => {
      asked.push(`hooks of ${id}`);
      return state.hooks;
    },
    hook: async (_projectId, id) => {
      if (state.away !== undefined) throw state.away;
      asked.push(`hook ${id}`);
      return state.hooks.find((one) => one.id === id);
    },
    deliveries: async (_projectId, _id, { page, outcomes = [] }) => {
      asked.push(`${outcomes.join()} ${page}`);
      return pageOf(outcomes.includes('successful') ? state.arrived : state.failed, page);
    },
    resend: async (_projectId, _id, deliveryId) => {
      asked.push(`resend ${deliveryId}`);
      if (state.resend instanceof Failure) throw state.resend;
      return state.resend;
    },
    test: async (_projectId, _id, event) => {
      asked.push(`test ${event}`);
      if (state.test !== undefined) throw refusal(state.test);
    },
    create: () => Promise.reject(new Error('the watch creates no hooks')),
    update: () => Promise.reject(new Error('the watch changes no hooks')),
    remove: () => Promise.reject(new Error('the watch removes no hooks')),
  };
  const observer: HookObserver = {
    counted: ({ watched, disabled }) => told.push(`${disabled} of ${watched} disabled`),
    changed: (_watched, one: Hook) => told.push(`now ${one.state}`),
    stayedOff: (_watched, reason) => told.push(`off: ${reason}`),
    resent: (_watched, { id }, status) => told.push(`resent ${id}: ${status}`),
    refused: (_watched, count) => told.push(`${count} refused`),
    failed: (where, error) => told.push(`${where} failed: ${(error as Error).message}`),
  };
  const moved: number[] = [];
  const work = createHookWatch({
    gitlab,
    config: {
      server: { ...config().server, publicUrl: 'https://beckon.example.com' },
      triggers: [trigger({ projects: { patterns, match: (path) => path.startsWith('acme/') } })],
    },
    wants: async ({ payload }) => state.wants(payload),
    caughtUp: {
      acceptsFrom: async () => state.now - 60 * MINUTE,
      moveTo: async (_source, at) => void moved.push(at),
    },
    observer,
    clock: () => state.now,
    isStopping: () => false,
  });
  /** What was asked and told in a round `minutes` later. */
  const round = async (minutes = 5) => {
    state.now += minutes * MINUTE;
    asked.length = 0;
    told.length = 0;
    await work();
    return { asked: [...asked], told: [...told] };
  };
  return { state, round, moved };
}

const resends = ({ asked }: { asked: readonly string[] }) => asked.filter((one) => one.startsWith('resend'));

it('finds the hooks once an hour, and looks at each every five minutes', async () => {
  const other = hook({ id: 8, url: 'https://ci.example.com/webhooks/gitlab' });
  const { round } = scene({ hooks: [hook(), other] });
  const look = ['hook 7', 'client_failure,server_failure 1'];
  expect(await round()).toEqual({
    asked: ['maintained 1', 'maintained 2', 'hooks of 15', ...look],
    told: ['0 of 1 disabled'],
  });
  expect((await round(1)).asked).toEqual([]);
  expect((await round(4)).asked).toEqual(look);
  expect((await round(60)).asked).toContain('hooks of 15');
});

it('asks for projects that are named by their path, and for no others', async () => {
  const { round } = scene({ patterns: ['acme/app', '!acme/app/old'] });
  expect((await round()).asked.slice(0, 2)).toEqual(['project acme/app', 'hooks of 15']);
});

it('switches a hook on again before it has anything resent', async () => {
  const off = hook({ state: 'temporarily_disabled', disabledUntil: '2026-01-01T00:01:00Z' });
  const { round } = scene({ hooks: [off], failed: [delivery()] });
  const { asked, told } = await round();
  expect(asked.slice(-5)).toEqual([
    'hook 7',
    'test pipeline',
    'client_failure,server_failure 1',
    'successful 1',
    'resend 1',
  ]);
  expect(told).toEqual(['now temporarily_disabled', 'now executable', 'resent 1: 202', '0 of 1 disabled']);
});

it('tries the events of the hook in turn, and says once that none helped', async () => {
  const { state, round } = scene({ hooks: [hook({ state: 'disabled' })], failed: [delivery()] });
  state.test = 'refused';
  const first = await round();
  expect(first.asked.slice(-2)).toEqual(['test pipeline', 'test note']);
  expect(first.told).toEqual([
    'now disabled',
    'off: pipeline_events: refused; note_events: refused',
    '1 of 1 disabled',
  ]);
  expect((await round()).told).toEqual(['1 of 1 disabled']);
  state.test = 'rate_limit';
  expect((await round()).asked).toEqual(['hook 7', 'test pipeline']);
  state.test = undefined;
  expect((await round()).told).toEqual(['now executable', 'resent 1: 202', '0 of 1 disabled']);
});

it('goes on a minute later where GitLab allows no more, and counts no try for it', async () => {
  const { state, round, moved } = scene({ failed: [delivery({ id: 1 }), delivery({ id: 2 })] });
  state.resend = refusal('rate_limit');
  const began = state.now + 5 * MINUTE;
  for (const minutes of [5, 1, 1, 1]) expect(resends(await round(minutes))).toEqual(['resend 1']);
  expect(moved).toEqual([]);
  state.resend = '202';
  expect(resends(await round(1))).toEqual(['resend 1', 'resend 2']);
  // Only now has been told all that happened before the round began.
  expect(moved).toEqual([began]);
  expect(resends(await round(1))).toEqual([]);
});

it('stops at the first that fails again, and gives up on it after the second time', async () => {
  const { state, round } = scene({ failed: [delivery({ id: 1 }), delivery({ id: 2 })] });
  state.resend = '503';
  expect(resends(await round())).toEqual(['resend 1']);
  expect(resends(await round())).toEqual(['resend 1']);
  expect(resends(await round())).toEqual(['resend 2']);
});

it('resends nothing that would do nothing, is too old, or has arrived since', async () => {
  const { state, round } = scene();
  state.failed = [
    delivery({ id: 1, at: state.now - 90 * MINUTE }),
    delivery({ id: 2, payload: 'of no use' }),
    delivery({ id: 3 }),
    delivery({ id: 4, at: state.now }),
  ];
  state.wants = (payload) => payload !== 'of no use';
  state.arrived = [delivery({ id: 9, key: 'key-3', status: '202' })];
  expect(resends(await round())).toEqual(['resend 4']);
});

it('reads on until what it reads is older than what it looks for', async () => {
  const { state, round } = scene();
  const many = (from: number, count: number, fields: Partial<HookDelivery> = {}) =>
    Array.from({ length: count }, (_, index) => delivery({ id: from + index, ...fields }));
  state.failed = [...many(1, 30, { at: state.now - 90 * MINUTE }), ...many(31, 25, { at: state.now })];
  state.arrived = [
    ...many(1, 20, { key: 'x' }),
    ...many(100, 30, { key: 'y' }),
    delivery({ id: 130, key: 'key-31' }),
  ];
  const answer = await round();
  const pages = answer.asked.filter((one) => /^(client_failure,server_failure|successful) /.test(one));
  expect(pages).toEqual([
    'client_failure,server_failure 1',
    'client_failure,server_failure 2',
    'successful 1',
    'successful 2',
  ]);
  expect(resends(answer)).toHaveLength(24);
  expect(resends(answer)[0]).toBe('resend 32');
});

it('says once that deliveries were refused because of the secret', async () => {
  const refused = delivery({ status: '401', answer: '{"error":{"code":"unauthorized"}}' });
  const { state, round } = scene({ failed: [refused] });
  expect(await round()).toMatchObject({ told: ['1 refused', '0 of 1 disabled'] });
  expect((await round()).told).toEqual(['0 of 1 disabled']);
  state.failed = [];
  await round();
  state.failed = [refused];
  expect((await round()).told).toEqual(['1 refused', '0 of 1 disabled']);
});

it('forgets a hook that was deleted, and goes on after one that it may not see', async () => {
  const { state, round } = scene({ hooks: [hook({ id: 7 }), hook({ id: 8 })] });
  await round();
  state.hooks = [hook({ id: 8 })];
  expect((await round()).told).toEqual(['0 of 1 disabled']);
  state.away = refusal('permission');
  expect((await round()).told).toEqual(['acme/app failed: POST: permission', '0 of 1 disabled']);
  expect((await round()).told).toEqual(['0 of 1 disabled']);
});

it('ends a round when GitLab is away, and is there for the next', async () => {
  const { state, round, moved } = scene();
  state.away = refusal('transient');
  expect((await round()).told).toEqual(['undefined failed: POST: transient']);
  expect(moved).toEqual([]);
  state.away = undefined;
  expect((await round()).told).toEqual(['0 of 1 disabled']);
});
