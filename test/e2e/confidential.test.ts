import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

/** Stands in everything that is confidential, so that it can be looked for everywhere else. */
const SECRET = 'quagga-7741';
const FLOW = `image: alpine:3.22
commands:
  - git checkout --quiet -B "$CI_WORKLOAD_REF" "refs/remotes/origin/$CI_WORKLOAD_REF"
  - printf 'asked %s\\n' "$AI_FLOW_INPUT"
  - cat "$AI_FLOW_CONTEXT_FILE"; echo
  - echo done > done.txt
  - git add --all
  - git commit --quiet --message "Do what was asked"
  - |
    git -c credential.helper= -c credential.helper='!f() { echo username=oauth2; echo "password=$GITLAB_TOKEN"; }; f' \\
      push --quiet "$CI_PROJECT_URL.git" "HEAD:refs/heads/$CI_WORKLOAD_REF"
`;
const flow = '.gitlab/duo/flows/discreet.yaml';

describe('what is confidential', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene({
      agents: { discreet: { flow, notify: 'auto', reactions: true } },
      files: { [flow]: FLOW },
      rules: { discreet: { confidential: true } },
    });
    scene.world.addUser({ username: 'gus', name: 'Gus Guest' });
    scene.world.addMember({ user: 'gus', project: scene.project, level: 'guest' });
  }, 90_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 90_000);

  const pipelines = () => [...scene.world.state.pipelines.values()];
  const finished = () => scene.log.filter((line) => line.includes('run finished')).length;

  /** All that GitLab shows of the project to somebody, `undefined` being nobody in particular. */
  async function shownTo(username: string | undefined): Promise<string> {
    const { world, gitlab, project } = scene;
    const token = username === undefined ? undefined : world.addToken({ user: username, scopes: ['api'] });
    const get = async (path: string) => {
      const headers = token === undefined ? {} : { 'private-token': token.value };
      const response = await fetch(`${gitlab.url}/api/v4/${path}`, { headers });
      return `${path}: ${await response.text()}\n`;
    };
    const of = `projects/${project.id}`;
    const items = [
      ...[...world.state.issues.values()].map(({ iid }) => `issues/${iid}`),
      ...[...world.state.mergeRequests.values()].map(({ iid }) => `merge_requests/${iid}`),
    ];
    const branches = (await world.state.repositories.get(project.id)?.branches()) ?? [];
    const paths = [
      of,
      `${of}/issues`,
      `${of}/merge_requests`,
      ...items.flatMap((item) => [`${of}/${item}`, `${of}/${item}/notes`, `${of}/${item}/discussions`]),
      `${of}/repository/branches`,
      ...branches.map(({ name }) => `${of}/repository/commits?ref_name=${encodeURIComponent(name)}`),
      ...pipelines().flatMap(({ id }) => [
        `${of}/pipelines/${id}`,
        `${of}/pipelines/${id}/variables`,
        `${of}/pipelines/${id}/jobs`,
      ]),
      ...[...world.state.jobs.values()].map(({ id }) => `${of}/jobs/${id}/trace`),
    ];
    const answers: string[] = [];
    for (const path of paths) answers.push(await get(path));
    return answers.join('');
  }

  it('is in the log where everybody may read the logs of jobs, with what to change', async () => {
    const { world, project } = scene;
    const issue = world.openIssue({
      project,
      author: 'alice',
      title: `Leak of ${SECRET}`,
      confidential: true,
    });
    world.comment({ issue, author: 'alice', body: `@discreet-bot what is ${SECRET}?` });
    await until('the run is over', () => finished() === 1, { ms: 60_000 });
    expect(scene.log.some((line) => line.includes('Project-based pipeline visibility'))).toBe(true);
    expect(scene.log.join('\n')).not.toContain(SECRET);
  }, 90_000);

  it('is shown to nobody else by a whole run on a confidential issue, and one on an internal note', async () => {
    const { world, project } = scene;
    world.updateProject({ project, publicJobs: false });
    const hidden = world.openIssue({
      project,
      author: 'alice',
      title: `Leak of ${SECRET}`,
      description: `It is in ${SECRET}.`,
      confidential: true,
    });
    world.comment({ issue: hidden, author: 'alice', body: `@discreet-bot fix ${SECRET}` });
    const open = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    world.comment({ issue: open, author: 'alice', body: `@discreet-bot why ${SECRET}?`, internal: true });
    await until('both are over', () => finished() === 3, { ms: 80_000 });
    await noteSaying(scene, hidden, /It opened the merge request/);
    expect(scene.botNotes(open)).not.toEqual([]);
    expect(scene.botNotes(open).every(({ internal }) => internal)).toBe(true);
    expect(world.state.mergeRequests.size).toBe(3);

    // It is where it belongs, so that it can be found where it does not.
    expect(await shownTo('alice')).toMatch(new RegExp(`asked @discreet-bot fix ${SECRET}`));
    for (const somebody of ['gus', 'sam', undefined]) expect(await shownTo(somebody)).not.toContain(SECRET);
    expect(scene.log.join('\n')).not.toContain(SECRET);
    expect(await (await fetch(`${scene.address()}/metrics`)).text()).not.toContain(SECRET);
  }, 120_000);

  it('is not taken into the context of a public thread on the same issue', async () => {
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Basket' });
    world.comment({ issue, author: 'alice', body: `between us: ${SECRET}`, internal: true });
    world.comment({ issue, author: 'alice', body: '@discreet-bot go' });
    await noteSaying(scene, issue, /It opened the merge request/);
    const job = [...world.state.jobs.values()].at(-1);
    expect(job?.trace).toContain('Basket');
    expect(job?.trace).not.toContain(SECRET);
  }, 90_000);
});
