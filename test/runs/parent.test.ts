import { describe, expect, it } from 'vitest';
import { BeckonError } from '../../src/lib/errors.ts';
import { createParentOf } from '../../src/runs/parent.ts';
import type { RunQueue } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import { aRun } from '../queue/a-run.ts';

const WRITTEN = '2026-05-01T10:00:00.000Z';
/** So many seconds after the comment was written. */
const secondsOn = (seconds: number) => new Date(Date.parse(WRITTEN) + seconds * 1_000).toISOString();
const pipelineAt = (seconds: number) => ({ id: 1, url: 'u', createdAt: secondsOn(seconds) });

/** A run of codex on the issue of the comment, under way since a minute before it. */
function aParent(id: string, changes: Partial<Run> = {}): Run {
  return aRun({ id, agent: 'codex', createdAt: secondsOn(-60), pipeline: pipelineAt(-50), ...changes });
}

/** The run that is found for a comment of codex, among these. */
async function found(runs: readonly Run[]): Promise<string | undefined> {
  const list: RunQueue['list'] = async ({ limit, where = () => true }) =>
    runs
      .filter(where)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
      .slice(0, limit);
  return (await createParentOf({ list })(aRun({ createdAt: secondsOn(5) }), 'codex'))?.id;
}

describe('the run behind a comment of an agent', () => {
  const { event } = aRun();
  const elsewhere = { ...event, project: { ...event.project, id: 8 } };
  const { pipeline: _none, ...waiting } = aParent('waiting', { createdAt: secondsOn(-1) });

  it.each<[string, readonly Run[], string | undefined]>([
    ['the one under way', [aParent('a')], 'a'],
    ['one that ended shortly before', [aParent('a', { finishedAt: secondsOn(-599) })], 'a'],
    ['one that ended meanwhile', [aParent('a', { finishedAt: secondsOn(3) })], 'a'],
    ['none that ended long before', [aParent('a', { finishedAt: secondsOn(-601) })], undefined],
    ['the newest', [aParent('a'), aParent('b', { createdAt: secondsOn(-55) })], 'b'],
    ['none that waits for its turn: its agent cannot have written', [waiting, aParent('a')], 'a'],
    [
      'none that began after the comment',
      [aParent('a'), aParent('b', { createdAt: secondsOn(4), pipeline: pipelineAt(4) })],
      'a',
    ],
    ['none of another agent', [aParent('a', { agent: 'gemini' })], undefined],
    ['none in another project', [aParent('a', { event: elsewhere })], undefined],
    ['one that began in the same second', [aParent('a', { pipeline: pipelineAt(0.9) })], 'a'],
  ])('is %s', async (_what, runs, id) => {
    expect(await found(runs)).toBe(id);
  });

  it('asks the queue for no more than it needs', async () => {
    const asked: object[] = [];
    const list: RunQueue['list'] = async (options) => {
      asked.push(options);
      return [];
    };
    await createParentOf({ list })(aRun(), 'codex');
    expect(asked).toMatchObject([{ limit: 1, endedSince: Date.parse(WRITTEN) - 600_000 }]);
  });

  it('is looked for again where the queue is away', async () => {
    const list = () => Promise.reject(new BeckonError('queue_unavailable', 'Could not list the runs'));
    await expect(createParentOf({ list })(aRun(), 'codex')).rejects.toMatchObject({
      name: 'Failure',
      kind: 'transient',
    });
  });
});
