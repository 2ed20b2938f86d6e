import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { createReceive, type Received } from '../../src/receive.ts';
import { createSkim } from '../../src/triggers/skim.ts';
import { config, trigger } from '../builders/config.ts';
import { NOW, notePayload, pipelinePayload, project } from '../builders/payloads.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { silentObserver } from '../doubles/observer.ts';

const folder = new URL('../../../shared/data/payloads/', import.meta.url);
const isThere = existsSync(folder);
const push = { object_kind: 'push', ref: 'refs/heads/x', after: 'a', user_username: 'alice', project };
const wantsAll = config({
  triggers: [
    trigger({ events: new Set(['mention', 'commit_to_default_branch', 'pipeline_hooks', 'emoji']) }),
  ],
});

const skimmed = (payload: unknown, by: Config = config(), indent?: number) =>
  createSkim(by)(Buffer.from(JSON.stringify(payload, null, indent)));

/** What the whole way makes of it, and everything that it did. */
async function read(payload: unknown, by: Config): Promise<{ received: Received; done: readonly string[] }> {
  const done: string[] = [];
  const doing = (what: string) => async () => {
    done.push(what);
    return { duplicate: false };
  };
  const receive = createReceive({
    config: by,
    queue: { add: doing('add'), addCommand: doing('command') as never, wake: doing('wake') as never },
    caughtUp: caughtUpDouble(),
    observer: silentObserver,
    clock: () => NOW,
  });
  return { received: await receive({ event: undefined, payload }), done };
}

/** Whatever is said beforehand has to be what the whole way says too. */
async function expectTrue(payload: unknown, by: Config, indent?: number): Promise<boolean> {
  const early = skimmed(payload, by, indent);
  if (early === undefined) return false;
  const { received, done } = await read(payload, by);
  expect(done).toEqual([]);
  expect(received.status).toBe('ignored');
  if (received.status === 'ignored' && received.verdicts.length > 0 && !early.reason.includes('nobody')) {
    expect(early.verdicts.map(({ trigger }) => trigger)).toEqual(
      received.verdicts.map(({ trigger }) => trigger),
    );
  }
  return true;
}

describe('knows without parsing that nothing is to be done', () => {
  it.each([25, 26, 200])('with the verdicts that the whole way tells of %d triggers', async (count) => {
    const triggers = Array.from({ length: count }, (_, index) => trigger({ name: `t${index}` }));
    const payload = notePayload('@alice what do you think?');
    const { received } = await read(payload, config({ triggers }));
    expect(skimmed(payload, config({ triggers }))).toEqual(received);
  });

  it.each([
    ['a comment that mentions nobody', notePayload('Looks good to me.'), 'The comment mentions nobody.', []],
    [
      'a comment for somebody else',
      notePayload('@alice what do you think?'),
      'No trigger matched.',
      ['The comment mentions @alice, not @claude-bot.'],
    ],
    [
      'a comment with a slip',
      notePayload('@claud-bot fix it'),
      'No trigger matched.',
      ['The comment mentions @claud-bot, not @claude-bot. Was @claude-bot meant?'],
    ],
    [
      'a push',
      push,
      'No trigger matched.',
      ['It is set up for mention, assign, assign_reviewer, and this is a push.'],
    ],
    [
      'a pipeline',
      pipelinePayload('main', 'success'),
      'No trigger matched.',
      ['It is set up for mention, assign, assign_reviewer, and this is a pipeline.'],
    ],
    ['what nothing is read from', { object_kind: 'build' }, 'Nothing is set up for "build" events.', []],
  ])('%s', (_, payload, reason, verdicts) => {
    for (const indent of [undefined, 2]) {
      const early = skimmed(payload, config(), indent);
      expect(early).toMatchObject({ status: 'ignored', reason });
      expect(early?.verdicts.map((verdict) => verdict.reason)).toEqual(verdicts);
    }
  });
});

describe('leaves to be read', () => {
  it.each([
    ['a mention', notePayload('@Claude-Bot fix it')],
    ['a mention among others', notePayload('@alice, @claude-bot')],
    ['a mention in entities', notePayload('&#64;claude-bot fix it')],
    ['the end of a pipeline of ours', pipelinePayload('workloads/abc', 'success')],
    [
      'the end of a pipeline with the id of a run of ours',
      {
        ...pipelinePayload('main', 'success'),
        variables: [{ key: 'AI_FLOW_ID', value: 'r1' }],
      },
    ],
    ['a comment without a text', { ...notePayload('x'), object_attributes: { id: 1 } }],
    ['what does not begin with its kind', { ...notePayload('nobody'), object_kind: undefined }],
    ['no object', [1, 2]],
  ])('%s', (_, payload) => {
    expect(skimmed(payload)).toBeUndefined();
  });

  test('a mention with an escaped sign', () => {
    const body = JSON.stringify(notePayload('@claude-bot fix it')).replace('@', '\\u0040');
    expect(createSkim(config())(Buffer.from(body))).toBeUndefined();
  });

  test('a body that breaks off', () => {
    const body = JSON.stringify(push);
    expect(createSkim(config())(Buffer.from(body.slice(0, -2)))).toBeUndefined();
    expect(createSkim(config())(Buffer.from(`${body} \n`))).toBeDefined();
  });

  test('pushes and pipelines that a trigger is set up for', () => {
    expect(skimmed(push, wantsAll)).toBeUndefined();
    expect(skimmed(pipelinePayload('main', 'success'), wantsAll)).toBeUndefined();
  });
});

test('never passes over a comment that would start something', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '@claude-bot',
      '@CLAUDE-bot',
      '@alice',
      '"',
      '\\',
      '"note":"',
      '\n',
      '&#64;',
      '<b>',
      '`',
      '> ',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  await fc.assert(
    fc.asyncProperty(text, text, fc.constantFrom(undefined, 1), async (note, description, indent) => {
      await expectTrue(notePayload(note, { issue: { description, title: note } }), config(), indent);
    }),
    { numRuns: 1_000 },
  );
});

describe.skipIf(!isThere)(`real payloads${isThere ? '' : ' (not here: they lie beside the project)'}`, () => {
  const payloads = !isThere
    ? []
    : readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, unknown>);

  it.each([
    ['mentions', config()],
    ['all', wantsAll],
  ])('is right about every one of them where triggers want %s', async (_, by) => {
    let early = 0;
    for (const payload of payloads) if (await expectTrue(payload, by)) early += 1;
    expect(early).toBeGreaterThan(payloads.length / 4);
  });
});
