import { expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { elsewhere } from '../support/outgoing.ts';
import { until } from '../support/until.ts';
import { openScene } from './secrets-scene.ts';

describeWith(['redis-server'], 'a delivery that names another GitLab in every address', () => {
  it('has nothing sent there', { timeout: 120_000 }, async () => {
    const evil = await elsewhere();
    const { secrets, scene, proxy } = await openScene();
    const { world, project, gitlab } = scene;
    // It arrives nowhere, and is told of by GitLab all the same.
    world.addHook({ project, url: 'http://127.0.0.1:1/', token: secrets.secretToken, events: ['note'] });
    const issue = world.openIssue({ project, author: 'alice', title: 'Broken' });
    world.comment({ issue, author: 'alice', body: '@claude-bot please' });
    await gitlab.webhooksSettled();
    const [delivery] = [...world.state.deliveries.values()];
    const there = `http://127.0.0.1:${evil.port}`;
    const body = delivery?.requestBody.replaceAll(gitlab.url, there) ?? '';
    expect(body.split(there).length).toBeGreaterThan(3);

    const beckon = await scene.serve();
    onTestFinished(async () => void (await beckon.end('SIGTERM')));
    const response = await fetch(`${beckon.address}/webhooks/gitlab`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-gitlab-token': secrets.secretTokenOfFile,
        'x-gitlab-event': 'Note Hook',
        'x-gitlab-instance': there,
        'x-forwarded-host': `127.0.0.1:${evil.port}`,
      },
      body,
    });
    expect(response.status).toBe(202);
    await until(
      'a note that the agent has started',
      () => [...world.state.notes.values()].some((note) => note.body.includes('Agent has started')),
      { ms: 60_000 },
    );
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(gitlab.url).host]));
    expect(evil.asked).toEqual([]);
  });
});
