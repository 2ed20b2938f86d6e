import { notePayload, people, pipelinePayload, project } from '../builders/payloads.ts';

/** Prose of so many bytes. */
function prose(bytes: number): string {
  const words = 'The checkout of guests fails as soon as the basket has an article that is sold out. ';
  return words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes);
}

/** Bodies as GitLab sends them, of about so many bytes, that no trigger for mentions can want. */
export const UNWANTED: Readonly<Record<string, (bytes: number) => string>> = {
  note: (bytes) =>
    filled(bytes, (size) => notePayload('Looks good to me.', { issue: { description: prose(size) } })),
  push: (bytes) =>
    filled(bytes, (size) => ({
      object_kind: 'push',
      event_name: 'push',
      before: '1'.repeat(40),
      after: '2'.repeat(40),
      ref: 'refs/heads/guest-checkout',
      user_id: 5,
      user_username: 'alice',
      user_name: 'Alice Ito',
      project_id: 7,
      project,
      commits: Array.from({ length: Math.floor(size / 500) }, (_, index) => ({
        id: String(index).padStart(40, '0'),
        message: prose(200),
        title: 'Sell nothing that is sold out',
        timestamp: '2026-03-02T10:00:00+00:00',
        url: `${project.web_url}/-/commit/${index}`,
        author: { name: 'Alice Ito', email: '[REDACTED]' },
        added: [],
        modified: ['src/basket.ts', 'src/checkout.ts'],
        removed: [],
      })),
      total_commits_count: 20,
    })),
  pipeline: (bytes) =>
    filled(bytes, (size) => ({
      ...pipelinePayload('guest-checkout', 'running'),
      builds: Array.from({ length: Math.floor(size / 500) }, (_, index) => ({
        id: 1_000 + index,
        stage: 'test',
        name: `test ${index}`,
        status: 'running',
        created_at: '2026-03-02 10:00:00 UTC',
        started_at: '2026-03-02 10:00:10 UTC',
        finished_at: null,
        duration: 12.5,
        queued_duration: 3.2,
        failure_reason: null,
        when: 'on_success',
        manual: false,
        allow_failure: false,
        user: people.alice,
        runner: {
          id: 4,
          description: 'docker',
          runner_type: 'instance_type',
          active: true,
          is_shared: true,
          tags: [],
        },
        artifacts_file: { filename: null, size: null },
        environment: null,
      })),
    })),
};

/** The body for which `make` has to fill up most nearly so many bytes. */
function filled(bytes: number, make: (size: number) => object): string {
  const empty = JSON.stringify(make(0)).length;
  return JSON.stringify(make(Math.max(0, bytes - empty)));
}

/** Bodies of comments that start a run, each another one, of about 5 KB. They are put together cheaply, as it is not they that are measured. */
export function wanted(): () => string {
  let number = Math.floor(Date.now() / 1_000) * 100_000;
  const [before = '', between = '', after = ''] = JSON.stringify(
    notePayload('@claude-bot fix the flaky test', {
      note: { id: 4_444_444, created_at: '2222-02-22' },
      issue: { description: prose(3_500) },
    }),
  ).split(/4444444|2222-02-22/);
  return () => {
    number += 1;
    return `${before}${number}${between}${new Date().toISOString()}${after}`;
  };
}
