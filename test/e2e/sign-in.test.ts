import { afterEach, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { visitorOf } from '../support/visitor.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

describeWith(['git'], 'the whole program, where people sign in with GitLab', () => {
  let scene: Scene;
  afterEach(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 60_000);

  const said = (text: string) => scene.log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === text);

  it('shows them their runs, stops these in their name, and forgets them with the application', {
    timeout: 120_000,
  }, async () => {
    scene = await openScene({
      byFile: true,
      signIn: true,
      port: await freePort(),
      agents: { sleeper: { flow: '.gitlab/duo/flows/sleeper.yaml' } },
    });
    const { world, project, config } = scene;
    const [alice, sam] = [visitorOf(scene.address(), scene.gitlab), visitorOf(scene.address(), scene.gitlab)];
    const runsOf = async (visitor: typeof alice) => {
      const { status, text } = await visitor.get('/api/runs');
      return status === 200 ? (JSON.parse(text).runs as { id: string; user: string }[]) : status;
    };
    await alice.signIn('alice');
    await sam.signIn('sam');
    const issue = world.openIssue({ project, author: 'alice', title: 'Slow' });
    world.comment({ issue, author: 'alice', body: '@sleeper-bot take your time' });
    await noteSaying(scene, issue, /Agent has started/);
    const [run] = (await runsOf(alice)) as { id: string; user: string }[];
    expect(run?.user).toBe('alice');
    expect(await runsOf(sam)).toEqual([]);

    expect((await sam.post(`/runs/${run?.id}/cancel`)).status).toBe(404);
    expect((await alice.post(`/runs/${run?.id}/cancel`)).status).toBe(303);
    await noteSaying(scene, issue, /Agent was cancelled by .*alice/);
    const audited = scene.log.map((line) => JSON.parse(line)).filter(({ stream }) => stream === 'audit');
    expect(audited.filter(({ event }) => event === 'session').map(({ actor }) => actor)).toEqual([
      'alice',
      'sam',
    ]);
    expect(audited.find(({ event, command }) => event === 'command' && command === 'cancel')?.actor).toBe(
      'alice',
    );

    const { oauth: _gone, ...server } = config.server as typeof config.server & { oauth: object };
    await scene.writeConfig({ ...config, server });
    await until('the config is reloaded', () => said('config reloaded').length > 0, { ms: 60_000 });
    expect(await runsOf(alice)).toBe(401);
    expect((await alice.get('/login')).text).not.toContain('Sign in with GitLab');
    const { OAUTH_SECRET = 'none', ADMIN_TOKEN = 'none' } = scene.env;
    for (const secret of [OAUTH_SECRET, ADMIN_TOKEN]) expect(scene.log.join('')).not.toContain(secret);
  });
});
