import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import { projectRunning, runJob, variable } from './test-support/project.ts';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Dead, but not yet collected by whoever adopted it.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe('a job', () => {
  test('writes its log line by line and ends with its own exit code', async () => {
    const project = await projectRunning('echo one; echo two >&2\necho "FAIL 3"\nexit 7');
    const { status, exitCode, log } = await runJob(project);
    expect([status, exitCode]).toEqual(['failed', 7]);
    expect(log).toContain('$ echo one; echo two >&2 # collapsed multi-line command');
    expect(log.split('\n')).toEqual(
      expect.arrayContaining(['one', 'two', 'FAIL 3', 'ERROR: Job failed: exit status 7']),
    );
    expect(await readdir(project.workDir), 'folders left behind').toEqual([]);
  });

  test('sees every variable as GitLab and the Runner leave it, and nothing of this process', async () => {
    vi.stubEnv('OUTER_SECRET', 'must not be seen');
    const names = [
      'PLAIN',
      'HOSTILE',
      'DOUBLED',
      'LEAK',
      'SCOPED',
      'CI_JOB_NAME',
      'CI_COMMIT_BRANCH',
      'GITLAB_CI',
    ];
    const shown = names.map((name) => `printf '%s=%s;\\n' ${name} "$${name}"`).join('\n');
    const project = await projectRunning(
      `${shown}\ncat "$FILE"; env | grep -c OUTER_SECRET || true; cat /dev/stdin`,
    );
    const { log, status } = await runJob(project, {
      variables: [
        variable('PLAIN', 'überall'),
        variable('HOSTILE', '`id` \'"\\n #{x} $(id)'),
        variable('DOUBLED', '$$SCOPED $$(id)'),
        variable('LEAK', '%SCOPED% $5'),
        variable('FILE', 'in a file: $SCOPED\n', 'file'),
      ],
      projectVariables: [
        { ...variable('SCOPED', 'of codex'), environmentScope: 'ai-flow/codex' },
        { ...variable('SCOPED', 'of claude'), environmentScope: 'ai-flow/claude' },
        { ...variable('SCOPED', 'of nobody'), environmentScope: '*' },
      ],
    });
    expect(status).toBe('success');
    expect(log.split('\n')).toEqual(
      expect.arrayContaining([
        'PLAIN=überall;',
        'HOSTILE=`id` \'"\\n #{x} $(id);',
        'DOUBLED=$SCOPED $(id);',
        'LEAK=of claude ;',
        'SCOPED=of claude;',
        'CI_JOB_NAME=job;',
        'CI_COMMIT_BRANCH=main;',
        'GITLAB_CI=true;',
        'in a file: of claude',
        '0',
        'Job succeeded',
      ]),
    );
  });

  test('is over within two seconds when it is cancelled, with all that it started', async () => {
    const project = await projectRunning('trap "" TERM; sleep 300 & echo "started $!"; sleep 300');
    const controller = new AbortController();
    let log = '';
    const onLog = (chunk: string) => {
      log += chunk;
    };
    const running = project.runner.run(
      project.request(),
      { name: 'job', stage: 'test' },
      { onLog, signal: controller.signal },
    );
    const pid = await vi.waitFor(
      () => {
        const found = /^started (\d+)$/m.exec(log)?.[1];
        if (found === undefined) throw new Error('not started yet');
        return Number(found);
      },
      { timeout: 10_000 },
    );
    const cancelledAt = Date.now();
    controller.abort();
    expect(await running).toEqual({ status: 'canceled', exitCode: undefined });
    expect(Date.now() - cancelledAt).toBeLessThan(2000);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
    expect(log).toContain('ERROR: Job failed: canceled');
  });

  test('that cannot be set up fails with the reason in its log', async () => {
    const project = await projectRunning('echo hi');
    const { status, log } = await runJob(project, { commitId: 'f'.repeat(40) });
    expect(status).toBe('failed');
    expect(log).toContain('ERROR: Job failed (system failure)');
  });
});

describeWith(['git'], 'the checkout of a job', () => {
  test('is a whole clone on a detached HEAD, with no credentials and no traces', async () => {
    const project = await projectRunning(
      'git rev-parse --abbrev-ref HEAD; git branch --remotes; git status --short | wc -l; git config --list; git log --format=%s',
    );
    const { log } = await runJob(project);
    const lines = log.split('\n').map((line) => line.trim());
    expect(lines).toEqual(expect.arrayContaining(['HEAD', 'origin/main', '0', 'Start']));
    expect(log).toContain('remote.origin.url=file://');
    expect(log.toLowerCase()).not.toContain('extraheader');
  });
});
