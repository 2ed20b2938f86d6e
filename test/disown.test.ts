import { expect, it } from 'vitest';
import { createDisown } from '../src/disown.ts';
import { noteMarker } from '../src/runs/marker.ts';
import { lostText, PROCESSING, startedText } from '../src/runs/message.ts';
import type { Run } from '../src/runs/run.ts';
import { agent, config, trigger } from './builders/config.ts';
import { connect } from './client/connect.ts';
import { aRun } from './queue/a-run.ts';

const HOUR = 3_600_000;
const saying = (id: string, text: string) => `${text}\n\n${noteMarker({ id })}`;

/** Runs of an agent on an issue, whose notes say that they are under way, and a queue that knows none of them. */
async function setUp({ known = [] as readonly string[], age = 0, later = HOUR } = {}) {
  const scene = await connect({ files: { '.gitlab-ci.yml': 'job: { script: [ls] }' } });
  const { world, project, gitlab, standIn } = scene;
  const issue = world.openIssue({ project, author: 'mallory', title: 'Basket' });
  const write = (id: string, text: string, author = 'claude-bot') =>
    world.comment({ issue, author, body: saying(id, text) });
  const lost: string[] = [];
  const errors: unknown[] = [];
  const duty = createDisown({
    config: config({ triggers: [trigger({ agent: agent({}) })] }),
    gitlabOf: () => gitlab,
    queue: {
      find: async (id): Promise<Run | undefined> => (known.includes(id) ? aRun({ id }) : undefined),
      bornAt: async () => Date.now() - age,
    },
    clock: () => Date.now() + later,
    onLost: (id) => lost.push(id),
    onError: (error) => errors.push(error),
  });
  const body = (note: { id: number }) => world.state.notes.get(note.id)?.body;
  return { ...scene, standIn, issue, write, body, duty, lost, errors };
}

const run = (digit: string) => `r${digit.repeat(15)}`;

it('says of runs under way that the queue does not know that they are lost, and leaves all others alone', async () => {
  const { write, body, duty, lost, errors, standIn } = await setUp({ known: [run('3')] });
  const processing = write(run('1'), PROCESSING);
  const started = write(run('2'), startedText('https://gitlab.example.com/p/1'));
  const others = [
    write(run('3'), PROCESSING),
    write(run('4'), '✅ Agent has finished. It made no changes.'),
    write(run('5'), PROCESSING, 'mallory'),
  ];
  const before = others.map(body);
  await duty.work();
  expect(errors).toEqual([]);
  expect(body(processing)).toBe(saying(run('1'), lostText(`workloads/${run('1')}`)));
  expect(body(started)).toMatch(/^❌ Beckon has lost track of this run/);
  expect(others.map(body)).toEqual(before);
  expect(lost.toSorted()).toEqual([run('1'), run('2')]);
  await duty.work();
  expect(lost).toHaveLength(2);
  expect(standIn.violations).toEqual([]);
});

it('waits while something runs on the branch', async () => {
  const { write, body, duty, world, project, gitlab } = await setUp();
  const branch = `workloads/${run('6')}`;
  await gitlab.createBranch(project.id, branch, 'main');
  const pipeline = await world.createPipeline({ project, user: 'claude-bot', ref: branch, source: 'api' });
  const note = write(run('6'), startedText('https://gitlab.example.com/p/1'));
  await duty.work();
  expect(body(note)).toMatch(/^✅ Agent has started/);
  world.finishPipeline({ pipeline, status: 'success' });
  await duty.work();
  expect(body(note)).toMatch(/^❌ Beckon has lost track/);
});

it.each([
  ['the note is young', { later: 60_000 }],
  ['the store is old', { age: 48 * HOUR }],
])('does nothing while %s', async (_when, given) => {
  const { write, body, duty, requests } = await setUp(given);
  const note = write(run('7'), PROCESSING);
  await duty.work();
  expect(body(note)).toContain(PROCESSING);
  if ('age' in given) expect(requests).toEqual([]);
});
