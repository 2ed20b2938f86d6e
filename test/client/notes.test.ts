import { Agent } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { createGitLab } from '../../src/gitlab/client.ts';
import { Secret } from '../../src/lib/secret.ts';
import { startGitLab } from '../gitlab/start.ts';

it('finds a note by its marker among those of its own account only', async () => {
  const standIn = await startGitLab();
  onTestFinished(() => standIn.close());
  const { world } = standIn;
  const project = await world.addProject({ path: 'acme/shop' });
  for (const username of ['claude-bot', 'mallory']) {
    world.addUser({ username });
    world.addMember({ user: username, project, level: 'developer' });
  }
  const token = new Secret(world.addToken({ user: 'claude-bot', scopes: ['api'] }).value);
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const gitlab = createGitLab({ url: standIn.url, token }, { dispatcher, onRequest: () => {} });
  const issue = world.openIssue({ project, author: 'mallory', title: 'Basket' });
  const place = {
    project: { id: project.id, path: 'acme/shop', url: '', defaultBranch: 'main' },
    resource: { type: 'issue', iid: issue.iid, title: issue.title, url: '' },
  } as const;

  world.comment({ issue, author: 'mallory', body: 'mine <!-- marker -->' });
  expect(await gitlab.findNote(place, '<!-- marker -->')).toBeUndefined();

  const written = await gitlab.createNote(place, { body: 'ours <!-- marker -->', internal: false });
  world.comment({ issue, author: 'mallory', body: 'newer <!-- marker -->' });
  expect(await gitlab.findNote(place, '<!-- marker -->')).toEqual(written);
  expect(standIn.violations).toEqual([]);
});
