import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';

import { noteableUrl } from '../world/urls.ts';
import { startBeckon } from './beckon.ts';
import { startDemoGitLab } from './demo-gitlab.ts';
import { AGENTS, PERSONA, seed } from './seed.ts';
import { printThread } from './thread.ts';

/** Seconds after which `--once` gives up. */
const PATIENCE = 120;

const isOnce = process.argv.includes('--once');
const folder = await mkdtemp(join(tmpdir(), 'beckon-demo-'));
// Where we are root, the embedded PostgreSQL runs as another user, who has to come through here.
await chmod(folder, 0o755);

const gitlab = await startDemoGitLab(join(folder, 'gitlab'));
const { world } = gitlab;
const { issue, tokens, projectPath } = await seed(world);
const secret = randomBytes(24).toString('hex');
const adminToken = randomBytes(12).toString('hex');
const log = createWriteStream(join(folder, 'beckon.log'));

const beckon = await startBeckon(
  {
    gitlab: { url: gitlab.url },
    server: { port: 0, adminToken: '${ADMIN_TOKEN}' },
    webhook: { secretTokens: ['${WEBHOOK_SECRET}'] },
    queue: { dataDir: join(folder, 'data') },
    agents: {
      scribe: { account: 'scribe-bot', token: '${TOKEN_SCRIBE}', flow: '.gitlab/duo/flows/scribe.yaml' },
      echo: { account: 'echo-bot', token: '${TOKEN_ECHO}' },
    },
    triggers: AGENTS.map((agent) => ({
      agent,
      events: ['mention', 'assign', 'assign_reviewer'],
      projects: ['acme/**'],
    })),
  },
  {
    folder,
    env: {
      WEBHOOK_SECRET: secret,
      ADMIN_TOKEN: adminToken,
      TOKEN_SCRIBE: tokens.scribe,
      TOKEN_ECHO: tokens.echo,
    },
    onLog: (line) => log.write(`${line}\n`),
  },
);
world.addHook({
  project: projectPath,
  url: `${beckon.address}/webhooks/gitlab`,
  token: secret,
  events: ['note', 'issues', 'merge_requests', 'pipeline'],
});

async function end(code: number): Promise<never> {
  await beckon.end('SIGTERM');
  await gitlab.webhooksSettled();
  await gitlab.close();
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
}
process.on('SIGINT', () => void end(0));
process.on('SIGTERM', () => void end(0));

console.log(`
${styleText('bold', 'Beckon')} runs beside a stand-in for GitLab, with its queue in ${join(folder, 'data')}.
  The issue: ${noteableUrl(issue, world)}
  Dashboard: ${beckon.address}/ (admin token: ${adminToken})
  Its log:   ${join(folder, 'beckon.log')}
${isOnce ? '' : `Write more comments there, such as "@echo-bot hello". Ctrl-C ends the demo.\n`}`);
printThread(world, console.log);
world.comment({ issue, author: PERSONA, body: '@scribe-bot please write down that guests cannot check out' });

if (isOnce) {
  const timeout = setTimeout(() => {
    console.error(`No merge request after ${PATIENCE} s. See ${join(folder, 'beckon.log')}.`);
    process.exit(1);
  }, PATIENCE * 1000);
  await new Promise<void>((resolve) => {
    world.listen((event) => {
      if (event.type === 'note' && event.note.body.includes('opened the merge request')) resolve();
    });
  });
  clearTimeout(timeout);
  console.log(
    `\nThe merge request is there. (Without --once, the demo goes on and takes comments in a browser.)`,
  );
  await end(0);
}
