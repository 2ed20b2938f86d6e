import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/runs/failures.ts';
import { hasOwnPath } from '../../src/runs/own-path.ts';
import { config, trigger } from '../builders/config.ts';
import { mention } from '../builders/events.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';
import { setUp } from './set-up.ts';

const { webhook } = config();
const around = { webhook: { ...webhook, projectSecrets: [{ ...webhook, projects: trigger().projects }] } };
const event = mention();
/** What the double has at the path is project 7. */
const forged = { ...event, project: { ...event.project, id: 8 } };

describe('a run in a project under the path of another', () => {
  it('is refused in silence where secrets vouch for paths', async () => {
    const scene = setUp({}, forged, around);
    const run = await scene.toTheEnd();
    expect(run.outcome).toMatchObject({ kind: 'refused', silent: true });
    expect(scene.notes).toEqual([]);
    expect(scene.pipelines).toEqual([]);
  });

  it('starts where id and path belong together', async () => {
    const scene = setUp({}, event, around);
    await scene.takeUp();
    expect(scene.saved().outcome?.kind).not.toBe('refused');
  });
});

describe('hasOwnPath', () => {
  const asked = (fails: Failure) => ({
    config: around,
    gitlab: { ...gitlabDouble().gitlab, project: () => Promise.reject(fails) },
  });

  it('is no where there is no such project', async () => {
    const gone = new Failure('not found', { kind: 'gone', detail: '' });
    expect(await hasOwnPath(event.project, asked(gone))).toBe(false);
  });

  it('is not known while GitLab is away', async () => {
    const away = new Failure('no answer', { kind: 'transient', detail: '' });
    await expect(hasOwnPath(event.project, asked(away))).rejects.toBe(away);
  });
});
