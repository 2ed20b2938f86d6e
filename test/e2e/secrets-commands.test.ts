import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { leaksIn } from '../support/leaks.ts';
import { describeWith } from '../support/needs.ts';
import { echoOf, few, openScene, PROJECT } from './secrets-scene.ts';

const LIMIT = 240_000;

describeWith(['redis-server'], 'no secret', () => {
  it('is in what the commands print, whatever GitLab answers', { timeout: LIMIT }, async () => {
    const { secrets, scene } = await openScene();
    const commands = [
      ['check'],
      ['check', '--json', PROJECT],
      ['hook', 'sync', PROJECT],
      ['hook', 'sync', '--secret', PROJECT],
      ['hook', 'list', PROJECT],
      ['hook', 'list', '--json', PROJECT],
      ['hook', 'test', PROJECT],
      ['ci', PROJECT],
      ['runs'],
      ['runs', '--json'],
      ['runs', 'show', 'r0'],
      ['simulate', '-'],
      ['flow', 'add', 'claude', '--project', PROJECT],
      ['hook', 'sync'],
      ['serve', '--role', 'none'],
      ['nothing'],
    ];
    await Promise.all(commands.map((args) => few(() => scene.beckon(args))));
    for (const status of [401, 400]) {
      const mishap = { status, body: { message: echoOf(secrets) } };
      const forget = scene.gitlab.faults.add({ match: { path: /./ }, times: 1_000, do: mishap });
      const asking = [['check'], ['hook', 'sync', PROJECT], ['ci', PROJECT]];
      await Promise.all(asking.map((args) => few(() => scene.beckon(args))));
      forget();
    }
    const elsewhere = (url: string) => (config: Record<string, unknown>) => ({ ...config, gitlab: { url } });
    const urls = ['https://127.0.0.1:1', scene.gitlab.url.replace('http:', 'https:')];
    await Promise.all(urls.map((url) => few(() => scene.beckon(['check'], elsewhere(url)))));
    expect(scene.said.join('\n')).toContain('[secret]');
    expect(leaksIn(scene.said.join('\n'), secrets)).toEqual([]);
  });

  it('is in what is said of a config that is wrong', { timeout: LIMIT }, async () => {
    const { secrets, scene } = await openScene();
    // As people do it who do not know better: the values stand in the file.
    let text = stringify(scene.config);
    const files = {
      'admin-token': 'adminToken',
      'oauth-secret': 'oauthSecret',
      'secret-token': 'secretTokenOfFile',
      'other-token': 'otherAgentToken',
    } as const;
    for (const [file, key] of Object.entries(files)) text = text.replace(`\${file:${file}}`, secrets[key]);
    for (const [key, value] of Object.entries(scene.env))
      text = text.replace(`\${${key}}`, JSON.stringify(value).slice(1, -1));
    const inline = (change: (text: string) => string) => () => change(text);
    const token = secrets.agentToken;
    const changes: readonly ((text: string) => string)[] = [
      (all) => all.replace(token, `[${token}]`),
      (all) => all.replace(token, `{ ${'x'}: ${token} }`),
      (all) => all.replace(token, `" ${token}"`),
      (all) => all.replace(token, `"${token}`),
      (all) => all.replace(token, `&${token}`),
      (all) => all.replace(token, `*${token}`),
      (all) => all.replace(token, `!${token}`),
      (all) => all.replace(token, `|${token}`),
      (all) => all.replace(token, `%${token}`),
      (all) => all.replace(token, `\${${token}`),
      (all) => all.replace(`token: ${token}`, token),
      (all) => all.replace(`token: ${token}`, `token: ${token}\n    token: ${token}`),
      (all) => all.replace(`token: ${token}`, `tokken: ${token}`),
      (all) => all.replace(`token: ${token}`, `\ttoken: ${token}`),
      (all) => all.replace(secrets.signingToken, secrets.signingToken.slice(0, -3)),
      (all) => all.replace(secrets.secretTokenOfProject, secrets.secretTokenOfFile),
      (all) => all.replace('redis://', 'rediss//'),
      (all) => all.replace('redis://', 'redis://%zz'),
      (all) => all.replace('http://127', `http://u:${token}@127`),
      (all) => `${all}\n- ${token}\n`,
      (all) => all.slice(0, all.indexOf(token) + token.length - 2),
      (all) => `${token}\n${all}`,
    ];
    const codes = changes.map((change) => {
      expect(change(text)).not.toBe(text);
      return few(() => scene.beckon(['runs'], inline(change)));
    });
    expect(await Promise.all(codes)).not.toContain(0);
    expect(leaksIn(scene.said.join('\n'), secrets)).toEqual([]);
  });

  it('is in the last words of a process that ends by an error nobody expected', {
    timeout: LIMIT,
  }, async () => {
    const { secrets, scene } = await openScene();
    const { queuePassword, agentToken } = secrets;
    // What drivers throw: the command that failed, with its arguments.
    const error = `Object.assign(new Error('AUTH ${agentToken} at redis://:${queuePassword}@x failed'), {
      command: { name: 'auth', args: ['${queuePassword}'] }, input: '${agentToken}', cause: new Error('${agentToken}') })`;
    const ends = [
      `throw ${error}`,
      `Promise.reject(${error})`,
      `Promise.reject({ token: '${agentToken}' })`,
      `Promise.reject('${agentToken}')`,
      `throw { token: '${agentToken}' }`,
    ];
    for (const [index, end] of ends.entries()) {
      const file = join(scene.folder, `end-${index}.mjs`);
      // Once the config is there and the service runs.
      await writeFile(file, `process.on('SIGUSR2', () => { ${end}; });`);
      const beckon = await scene.serve({ NODE_OPTIONS: `--import=${file}` });
      const before = scene.said.length;
      expect(await beckon.end('SIGUSR2')).toBe(1);
      expect(scene.said.slice(before).join('\n')).toMatch(/\S/);
    }
    expect(scene.said.join('\n')).toContain('AUTH [secret] at redis://[secret]@x failed');
    expect(leaksIn(scene.said.join('\n'), secrets)).toEqual([]);
  });
});
