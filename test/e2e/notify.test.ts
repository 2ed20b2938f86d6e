import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type ReceivedPost, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { noteSaying, type Scene } from './scene.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

onEachHome('who is told of runs', (open) => {
  let scene: Scene;
  let json: Receiver;
  let chat: Receiver;
  let hanging: Receiver;
  let leading: Receiver;
  let latePort: number;
  let late: Receiver | undefined;

  beforeAll(async () => {
    json = await startReceiver();
    chat = await startReceiver();
    hanging = await startReceiver({ answer: () => {} });
    leading = await startReceiver({
      answer: (response) => response.writeHead(307, { location: chat.url }).end(),
    });
    latePort = await freePort();
    const all = ['queued', 'starting', 'running', 'succeeded', 'failed'];
    scene = await open({
      rules: { idle: { confidential: true } },
      notify: [
        {
          name: 'json',
          url: `${json.url}/runs`,
          format: 'json',
          states: ['running', 'succeeded'],
          secret: KEY,
        },
        { name: 'chat', url: chat.url, format: 'slack', states: ['failed'], agents: ['failing'] },
        { name: 'hanging', url: hanging.url, format: 'json', states: all },
        { name: 'leading', url: leading.url, format: 'json', states: ['succeeded'], agents: ['idle'] },
        {
          name: 'late',
          url: `http://127.0.0.1:${latePort}`,
          format: 'json',
          states: ['succeeded'],
          agents: ['pusher'],
        },
        { name: 'nobody', url: chat.url, format: 'json', states: all, projects: ['acme/other'] },
      ],
    });
  }, 90_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
    await Promise.all([json, chat, hanging, leading, late].map((receiver) => receiver?.close()));
  }, 90_000);

  function ask(agent: string, fields: object = {}) {
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: `Old <!channel> ${agent}`, ...fields });
    world.comment({ issue, author: 'alice', body: `@${agent}-bot go` });
    return issue;
  }
  const read = ({ body }: ReceivedPost) => JSON.parse(body);
  const toldOf = ({ posts }: Receiver, iid: number) => posts.filter((post) => read(post).item?.iid === iid);

  it('has the run as the API has it, signed, when it comes to a state that was named', async () => {
    const issue = ask('idle');
    await noteSaying(scene, issue, /It made no changes/);
    await until('both were told', () => toldOf(json, issue.iid).length === 2);
    const posts = toldOf(json, issue.iid);
    expect(posts.map((post) => read(post).state).sort()).toEqual(['running', 'succeeded']);
    for (const post of posts) {
      const { id, state } = read(post);
      expect(post.headers['webhook-id']).toBe(`${id}.${state}`);
      expect(new Webhook(KEY).verify(post.body, post.headers as Record<string, string>)).toMatchObject({
        agent: 'idle',
        project: 'acme/web/shop',
        user: 'alice',
        title: 'Old <!channel> idle',
      });
    }
    const metrics = await (await fetch(`${scene.address()}/metrics`)).text();
    expect(metrics).toMatch(/^beckon_notifications_total\{outcome="delivered"\} [2-9]/m);
  }, 90_000);

  it('has a line for the chat', async () => {
    const issue = ask('failing');
    await noteSaying(scene, issue, /Agent has failed/);
    await until('the chat was told', () => chat.posts.length > 0);
    expect(chat.posts.map(read)).toEqual([
      {
        text: expect.stringMatching(
          /^❌ failing failed on <http\S+\|acme\/web\/shop#\S+> `Old &lt;!channel&gt; failing` for alice: /,
        ),
      },
    ]);
  }, 90_000);

  it('learns no title of what is confidential', async () => {
    const issue = ask('idle', { confidential: true });
    await noteSaying(scene, issue, /It made no changes/);
    await until('it was told', () => toldOf(json, issue.iid).length === 2);
    expect(toldOf(json, issue.iid).map((post) => read(post).title)).toEqual([null, null]);
  }, 90_000);

  it('is not followed elsewhere', async () => {
    await until('it was asked', () => leading.posts.length > 0);
    expect(chat.posts.filter(({ body }) => !body.startsWith('{"text"'))).toEqual([]);
  });

  it('and does not answer holds up no run', async () => {
    const began = Date.now();
    const issues = Array.from({ length: 6 }, () => ask('idle'));
    for (const issue of issues) await noteSaying(scene, issue, /It made no changes/);
    expect(Date.now() - began).toBeLessThan(45_000);
    expect(hanging.posts.length).toBeGreaterThan(0);
  }, 90_000);

  it('and was away over a restart is told once it is back', async () => {
    const issue = ask('pusher');
    await noteSaying(scene, issue, /It opened the merge request/);
    await until('nobody was there', () =>
      scene.log.some((line) => line.includes('notification failed') && line.includes('"receiver":"late"')),
    );
    await scene.killAndRestart();
    late = await startReceiver({ port: latePort });
    await until('it was told', () => (late?.posts.length ?? 0) > 0, { ms: 60_000 });
    expect(late.posts.map(read)).toMatchObject([{ agent: 'pusher', state: 'succeeded' }]);
  }, 120_000);
});
