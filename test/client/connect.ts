import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import { createGitLab } from '../../src/gitlab/client.ts';
import { createTodos } from '../../src/gitlab/todos.ts';
import { Secret } from '../../src/lib/secret.ts';
import { startGitLab } from '../gitlab/start.ts';

/** A stand-in GitLab with a project `acme/shop` and two developers in it, and our client as `claude-bot`. */
export async function connect({ files = {} }: { files?: Readonly<Record<string, string>> } = {}) {
  const standIn = await startGitLab();
  onTestFinished(() => standIn.close());
  const { world } = standIn;
  const project = await world.addProject({ path: 'acme/shop', files: { 'README.md': '# Shop\n', ...files } });
  for (const username of ['claude-bot', 'mallory']) {
    world.addUser({ username });
    world.addMember({ user: username, project, level: 'developer' });
  }
  const token = new Secret(world.addToken({ user: 'claude-bot', scopes: ['api'] }).value);
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  /** What was asked of GitLab so far. */
  const requests: string[] = [];
  const onRequest = (operation: string) => requests.push(operation);
  const login = { url: standIn.url, token };
  const gitlab = createGitLab(login, { dispatcher, onRequest });
  const todos = createTodos(login, { dispatcher, onRequest });
  const placeOf = (type: 'issue' | 'merge_request', iid: number) => ({
    project: { id: project.id, path: 'acme/shop', url: '', defaultBranch: 'main' },
    resource:
      type === 'issue'
        ? { type, iid, title: '', url: '' }
        : {
            type,
            iid,
            title: '',
            url: '',
            sourceBranch: 'big',
            targetBranch: 'main',
            sourceProjectId: project.id,
          },
  });
  return { standIn, world, project, gitlab, todos, requests, placeOf };
}
