import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { startBeckon } from '../gitlab/demo/beckon.ts';
import { startGitLab } from '../gitlab/start.ts';
import { newSecret } from '../support/leaks.ts';
import { proxyServer } from '../support/outgoing.ts';
import { newFolder } from '../support/temporary.ts';
import { type OpenHome, openRedisHome } from './secrets-homes.ts';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
export const PROJECT = 'acme/web/shop';

/** Secrets in every place that takes one; `queuePassword` is the one in the queue's address. */
function secretsOfAll({ queuePassword }: { queuePassword: string }) {
  return {
    secretToken: `${newSecret()} "\\ä`,
    secretTokenOfFile: newSecret(),
    signingToken: `whsec_${Buffer.from(newSecret().slice(0, 32)).toString('base64')}`,
    secretTokenOfProject: newSecret(),
    signingTokenOfProject: `whsec_${Buffer.from(newSecret().slice(0, 32)).toString('base64')}`,
    agentToken: newSecret('glpat-'),
    otherAgentToken: newSecret('glpat-'),
    operatorToken: newSecret('glpat-'),
    adminToken: newSecret(),
    oauthSecret: newSecret('gloas-'),
    proxyPassword: newSecret(),
    queuePassword,
  } as const;
}

export type Secrets = ReturnType<typeof secretsOfAll>;

/** A config with all of them, by environment and by file. */
function configOf(
  gitlabUrl: string,
  { queueUrl, folder }: { queueUrl: string; folder: string },
): Record<string, unknown> {
  return {
    gitlab: { url: gitlabUrl, token: '${OPERATOR_TOKEN}' },
    server: {
      port: 0,
      adminToken: '${file:admin-token}',
      publicUrl: 'http://127.0.0.1:9',
      oauth: { clientId: 'x', clientSecret: '${file:oauth-secret}' },
    },
    webhook: {
      secretTokens: ['${SECRET_TOKEN}', '${file:secret-token}'],
      signingTokens: ['${SIGNING_TOKEN}'],
      projectSecrets: [
        { projects: ['other/**'], secretTokens: ['${PROJECT_TOKEN}'], signingTokens: ['${PROJECT_SIGNING}'] },
      ],
    },
    queue: { url: queueUrl },
    log: { auditFile: join(folder, 'audit.jsonl') },
    // Tests ask for far more than people do.
    limits: {
      rate: { perUser: '1000/h', perProject: '1000/h', perAgent: '1000/h' },
      runs: { perUser: 100, perProject: 100, perAgent: 100, global: 100 },
    },
    agents: {
      claude: { account: 'claude-bot', token: '${AGENT_TOKEN}', flow: { image: 'x', commands: ['true'] } },
      other: { account: 'other-bot', token: '${file:other-token}' },
    },
    triggers: ['claude', 'other'].map((agent) => ({
      agent,
      events: ['mention'],
      projects: ['acme/**', 'other/**'],
    })),
  };
}

async function sceneWith(secrets: Secrets, { queueUrl, proxyPort }: { queueUrl: string; proxyPort: number }) {
  const folder = await newFolder();
  const gitlab = await startGitLab();
  const { world } = gitlab;
  const project = await world.addProject({
    path: PROJECT,
    files: { '.gitlab-ci.yml': 'agent: {script: [echo hi]}\n' },
    pipelineVariablesRole: 'developer',
  });
  const accounts = {
    'claude-bot': secrets.agentToken,
    'other-bot': secrets.otherAgentToken,
    olga: secrets.operatorToken,
  };
  for (const [username, value] of Object.entries(accounts)) {
    const user = world.addUser({ username, bot: username !== 'olga' });
    world.addMember({ user, project, level: username === 'olga' ? 'maintainer' : 'developer' });
    world.addToken({ user, value });
  }
  world.addUser({ username: 'alice', name: 'Alice' });
  world.addMember({ user: 'alice', project, level: 'developer' });
  await mkdir(join(folder, 'config'));
  const files = {
    'secret-token': secrets.secretTokenOfFile,
    'admin-token': secrets.adminToken,
    'oauth-secret': secrets.oauthSecret,
    'other-token': secrets.otherAgentToken,
  };
  for (const [name, value] of Object.entries(files)) await writeFile(join(folder, name), `${value}\n`);
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    SECRET_TOKEN: secrets.secretToken,
    SIGNING_TOKEN: secrets.signingToken,
    PROJECT_TOKEN: secrets.secretTokenOfProject,
    PROJECT_SIGNING: secrets.signingTokenOfProject,
    AGENT_TOKEN: secrets.agentToken,
    OPERATOR_TOKEN: secrets.operatorToken,
    HTTP_PROXY: `http://beckon:${secrets.proxyPassword}@127.0.0.1:${proxyPort}`,
  };
  const said: string[] = [];
  let commands = 0;
  const config = configOf(gitlab.url, { queueUrl, folder });

  return {
    folder,
    gitlab,
    world,
    project,
    env,
    config,
    /** Whatever was printed or answered. */
    said,
    serve: (more: Record<string, string> = {}) =>
      startBeckon(config, {
        folder,
        env: { ...env, ...more },
        onLog: (line) => said.push(line),
        onComplaint: (line) => said.push(line),
      }),
    /** Runs a command to its end; its exit code. */
    async beckon(
      args: readonly string[],
      change: (config: Record<string, unknown>) => unknown = (same) => same,
    ) {
      commands += 1;
      const file = join(folder, `command-${commands}.yaml`);
      const changed = change(structuredClone(config));
      await writeFile(file, typeof changed === 'string' ? changed : stringify(changed));
      const options = { cwd: folder, env: { ...env, BECKON_CONFIG: file }, timeout: 60_000 };
      return new Promise<number | null>((resolve) => {
        const child = execFile(process.execPath, [program, ...args], options, (_error, stdout, stderr) => {
          said.push(`${args.join(' ')}:\n`, stdout, stderr);
          resolve(child.exitCode);
        });
        child.stdin?.end('{"object_kind":"note"}');
      });
    },
    async close() {
      await gitlab.webhooksSettled();
      await gitlab.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

export type Scene = Awaited<ReturnType<typeof sceneWith>>;

/**
 * A stand-in GitLab behind a proxy, a home for the queue, and the built program with secrets everywhere, until the test
 * is over. Collects all that the program says.
 */
export async function openScene(openHome: (password: string) => Promise<OpenHome> = openRedisHome) {
  const secrets = secretsOfAll({ queuePassword: newSecret() });
  const home = await openHome(secrets.queuePassword);
  onTestFinished(() => home.close());
  const proxy = await proxyServer({ credentials: `beckon:${secrets.proxyPassword}` });
  const scene = await sceneWith(secrets, { queueUrl: home.url, proxyPort: proxy.port });
  onTestFinished(() => scene.close());
  return { secrets, home, scene, proxy };
}

/** Processes at once: more take longer, on a machine with few cores. */
export const few = pLimit(3);

/** All that GitLab ever heard. */
export function echoOf({ proxyPassword: _, queuePassword: __, ...heard }: Secrets): string {
  return Object.values(heard).join(' and ');
}
