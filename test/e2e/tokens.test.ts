import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

const DAY = 86_400_000;
const agent = { flow: '.gitlab/duo/flows/idle.yaml' };

describeWith(['git'], 'the tokens of the config', () => {
  let scene: Scene;
  afterEach(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 60_000);

  it('are looked at when the program starts and when the config has changed, and stop nothing', async () => {
    const agents = { idle: agent, dead: agent, soon: agent, weak: agent, other: agent };
    scene = await openScene({ byFile: true, agents });
    const { world, project } = scene;
    const said = () =>
      scene.log
        .map((line) => JSON.parse(line))
        .filter(({ msg }) => /^token /.test(msg))
        .map(({ level, token, found }) => `${level} ${token}: ${found}`);
    const metric = async (name: string) => {
      const text = await (await fetch(`${scene.address()}/metrics`)).text();
      const value = new RegExp(`^beckon_token_expires_in_days\\{agent="${name}"\\} (\\S+)$`, 'm').exec(
        text,
      )?.[1];
      return value === undefined ? undefined : Number(value);
    };
    await until('the token of a year is known', async () => ((await metric('idle')) ?? 0) > 360);
    expect(said()).toEqual([]);

    const put = async (name: string, user: string, more: object = {}) => {
      const token = world.addToken({ user, scopes: ['api'], ...more });
      await scene.writeSecret(`TOKEN_${name.toUpperCase()}`, token.value);
      return token;
    };
    world.revokeToken(await put('dead', 'dead-bot'));
    await put('soon', 'soon-bot', { expiresAt: new Date(Date.now() + 3 * DAY) });
    await put('weak', 'weak-bot', { scopes: ['read_api'] });
    await put('other', 'idle-bot');
    const problems = [
      expect.stringMatching(/^error agents\.dead\.token: GitLab does not take the token: .*[Rr]evoked/),
      expect.stringMatching(
        /^error agents\.other\.token: The token is that of idle-bot, and .* other-bot\.$/,
      ),
      expect.stringMatching(/^error agents\.weak\.token: The token lacks the scope api; it has read_api\.$/),
      expect.stringMatching(/^warn agents\.soon\.token: The token ends on \S+, in [34] days\.$/),
    ];
    process.kill(scene.pid(), 'SIGHUP');
    await until('all was said', () => said().length >= problems.length, { ms: 30_000 });
    expect(said().sort()).toEqual(problems);
    expect(await metric('soon')).toBeGreaterThan(1);
    expect(await metric('soon')).toBeLessThan(4);
    expect(await metric('dead')).toBeUndefined();

    await scene.stopBeckon();
    scene.log.length = 0;
    await scene.startBeckon();
    await until('all was said at the start', () => said().length >= problems.length, { ms: 30_000 });
    expect(said().sort()).toEqual(problems);
    const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    world.comment({ issue, author: 'alice', body: '@idle-bot look' });
    await noteSaying(scene, issue, /It made no changes/);
  }, 180_000);
});
