import type { World } from './world/world.ts';

const ciFile = `hello:
  script:
    - echo "Hello from $CI_PROJECT_PATH"
`;

/** Puts a small project with people, an issue and a merge request into an empty instance. Answers what there is, line by line. */
export async function seed(world: World): Promise<readonly string[]> {
  const alice = world.addUser({ username: 'alice', name: 'Alice Adams' });
  const bot = world.addUser({ username: 'helper', name: 'Helper', bot: true });
  const project = await world.addProject({
    path: 'acme/app',
    description: 'A small application',
    files: { 'README.md': '# App\n', '.gitlab-ci.yml': ciFile },
    creator: alice,
  });
  world.addMember({ project, user: alice, level: 'maintainer' });
  world.addMember({ project, user: bot, level: 'developer' });
  world.openIssue({
    project,
    author: alice,
    title: 'The README says too little',
    description: 'Who is it for?',
  });
  await world.commit({
    project,
    by: alice,
    branch: 'longer-readme',
    message: 'Say who it is for',
    actions: [{ action: 'update', path: 'README.md', content: '# App\n\nFor everybody.\n' }],
  });
  await world.openMergeRequest({
    project,
    author: alice,
    title: 'A longer README',
    sourceBranch: 'longer-readme',
  });
  const tokens = [
    world.addToken({ user: 'root' }),
    world.addToken({ user: alice }),
    world.addToken({ user: bot }),
  ];
  return [
    `project ${project.pathWithNamespace} (id ${project.id}) with issue #1 and merge request !1`,
    ...tokens.map((token) => `token of ${world.state.users.get(token.userId)?.username}: ${token.value}`),
  ];
}
