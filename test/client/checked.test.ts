import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createChecked } from '../../src/gitlab/checked.ts';
import { reachGitLab } from '../../src/gitlab/reach.ts';
import { Secret } from '../../src/lib/secret.ts';
import { startGitLab } from '../gitlab/start.ts';
import type { LevelName } from '../gitlab/world/levels.ts';

const dispatcher = () => {
  const made = new Agent();
  onTestFinished(() => made.destroy());
  return made;
};

/** A stand-in with a project, and our view of it as an account with a role there. */
async function look({ level, admin = false }: { level: LevelName; admin?: boolean }) {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  const { world } = gitlab;
  const project = await world.addProject({
    path: 'acme/shop',
    protectedBranches: [{ name: 'workloads/*', pushLevel: 30, mergeLevel: 40 }],
    pushRule: { branchNameRegex: '^x', rejectUnsignedCommits: true, commitCommitterCheck: false },
  });
  const user = world.addUser({ username: 'olga', bot: true, admin });
  world.addMember({ project, user, level });
  const token = new Secret(
    world.addToken({ user, scopes: ['api', 'sudo'], expiresAt: new Date('2090-02-01T00:00:00Z') }).value,
  );
  const checked = createChecked(
    { url: gitlab.url, token },
    { dispatcher: dispatcher(), onRequest: () => {} },
  );
  return { gitlab, world, project, user, checked };
}

describe('what the check asks of GitLab', () => {
  it('is who the token belongs to, and what it may', async () => {
    const { gitlab, checked, user } = await look({ level: 'developer', admin: true });
    expect(await checked.account()).toEqual({ id: user.id, username: 'olga', bot: true, admin: true });
    expect(await checked.token()).toEqual({ scopes: ['api', 'sudo'], expiresOn: '2090-02-01' });
    expect(gitlab.violations).toEqual([]);
  });

  it('is who is a member, and of what', async () => {
    const { gitlab, world, project, user, checked } = await look({ level: 'developer' });
    const other = world.addUser({ username: 'mallory' });
    await world.addProject({ path: 'other/shop' });
    expect(await checked.userId('Mallory')).toBe(other.id);
    expect(await checked.userId('nobody')).toBeUndefined();
    expect(await checked.memberLevel(project.id, user.id)).toBe(30);
    expect(await checked.memberLevel(project.id, other.id)).toBeUndefined();
    expect(await checked.memberProjects(1)).toEqual(['acme/shop']);
    expect(await checked.memberProjects(2)).toEqual([]);
    expect(gitlab.violations).toEqual([]);
  });

  it('is what decides whether a job runs, without the values of variables', async () => {
    const { gitlab, world, project, checked } = await look({ level: 'maintainer' });
    for (let count = 1; count <= 101; count += 1)
      world.setVariable({ project, key: `V${count}`, value: 'hunter2', masked: count === 101 });
    world.addRunner({ description: 'shared', tags: ['docker'], runUntagged: false, refProtected: true });
    world.addRunner({ projects: [project], online: false, paused: true });
    const variables = await checked.variables(project.id);
    expect(variables).toHaveLength(101);
    expect(variables.at(-1)).toEqual({ key: 'V101', masked: true, protected: false, scope: '*' });
    expect(JSON.stringify(variables)).not.toContain('hunter2');
    expect(await checked.protectedBranches(project.id)).toEqual([
      {
        name: 'workloads/*',
        push: [{ level: 30, userId: undefined, groupId: undefined, isDeployKey: false }],
      },
    ]);
    expect(await checked.pushRule(project.id)).toEqual({
      branchName: '^x',
      refusesUnsigned: true,
      checksCommitter: false,
    });
    const [shared, own] = await checked.runners(project.id);
    expect(shared).toMatchObject({ name: 'shared', online: true, paused: false });
    expect(own).toMatchObject({ online: false, paused: true });
    expect(await checked.runner(shared?.id ?? 0)).toEqual({
      tags: ['docker'],
      takesUntagged: false,
      protectedOnly: true,
    });
    expect(gitlab.violations).toEqual([]);
  });

  it('is refused to others than Maintainers', async () => {
    const { world, project, checked } = await look({ level: 'developer' });
    const own = world.addRunner({ projects: [project] });
    const asked = [
      checked.variables(project.id),
      checked.runners(project.id),
      checked.runner(own.id),
      checked.pushRule(project.id),
    ];
    for (const one of asked) await expect(one).rejects.toMatchObject({ kind: 'permission', status: 403 });
    expect(await checked.protectedBranches(project.id)).toHaveLength(1);
  });
});

describe('reaching GitLab', () => {
  async function reach(listener: RequestListener, clock = Date.now) {
    const server = createServer(listener).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return reachGitLab(`http://127.0.0.1:${port}/git`, { dispatcher: dispatcher(), clock });
  }

  it('sends no token, and tells how the clocks differ', async () => {
    const asked: unknown[] = [];
    const answer = await reach(
      ({ url, headers }, response) => {
        asked.push(url, headers['private-token'], headers.authorization);
        response.writeHead(401, {
          'content-type': 'application/json',
          date: 'Sun, 10 May 2026 12:01:00 GMT',
        });
        response.end('{}');
      },
      () => Date.parse('2026-05-10T12:00:00Z'),
    );
    expect(asked).toEqual(['/git/api/v4/version', undefined, undefined]);
    expect(answer).toEqual({
      kind: 'answer',
      status: 401,
      isJson: true,
      location: undefined,
      clockAhead: 60_000,
    });
  });

  it('follows no redirect, and takes a web page for what it is', async () => {
    const answer = await reach((_request, response) => {
      response
        .writeHead(301, { location: 'https://git.example.com/', 'content-type': 'text/html' })
        .end('<p>');
    });
    expect(answer).toMatchObject({ status: 301, isJson: false, location: 'https://git.example.com/' });
  });

  it('tells why there is no answer', async () => {
    const answer = await reachGitLab('http://127.0.0.1:1', { dispatcher: dispatcher(), clock: Date.now });
    expect(answer).toMatchObject({ kind: 'silence', code: 'ECONNREFUSED' });
  });
});
