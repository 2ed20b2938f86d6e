import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/runs/failures.ts';
import { setUp } from './set-up.ts';

const lost = new Failure('asking', { kind: 'transient', detail: 'no answer in time' });
const refused = new Failure('asking', { kind: 'permission', status: 403, detail: '403 Forbidden' });

/** Each of the operations fails once, with its effect where only the answer is lost. */
function failOnce(double: ReturnType<typeof setUp>['double'], faults: Readonly<Record<string, Failure>>) {
  const coming = new Map(Object.entries(faults));
  double.failing((operation) => {
    const error = coming.get(operation);
    if (error === undefined || (operation === 'branch' && coming.size > 1)) return undefined;
    coming.delete(operation);
    return { when: error === lost ? 'after' : 'before', error };
  });
}

describe('a run that gives up', () => {
  it('while it watches its pipeline cancels that', async () => {
    const { toTheEnd, double, calls, saved } = setUp();
    failOnce(double, { pipeline: refused });
    await toTheEnd();
    expect(saved().outcome).toMatchObject({ kind: 'failed' });
    expect(calls.filter((call) => call === 'cancelPipeline')).toHaveLength(1);
  });

  it('while it makes its pipeline cancels the one that is there', async () => {
    const { toTheEnd, double, calls, pipelines, saved } = setUp();
    failOnce(double, { createPipeline: lost, apiPipelines: refused });
    await toTheEnd();
    expect(saved().outcome).toMatchObject({ kind: 'not_started' });
    expect(pipelines).toHaveLength(1);
    expect(calls.filter((call) => call === 'cancelPipeline')).toHaveLength(1);
  });

  it('while it makes its branch removes the one that is there', async () => {
    const { toTheEnd, double, branches, saved } = setUp();
    failOnce(double, { createBranch: lost, branch: refused });
    await toTheEnd();
    expect(saved().outcome).toMatchObject({ kind: 'not_started' });
    expect([...branches.keys()]).toEqual(['main']);
  });

  it('goes on to its end where GitLab does not let it clean up', async () => {
    const { toTheEnd, double, saved } = setUp();
    failOnce(double, { pipeline: refused, cancelPipeline: refused, deleteBranch: refused });
    const run = await toTheEnd();
    expect(run.finishedAt).toBeDefined();
    expect(saved().history?.filter(({ what }) => what === 'gave up')).toHaveLength(1);
  });
});
