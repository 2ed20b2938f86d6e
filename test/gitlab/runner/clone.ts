import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInGroup } from './process-group.ts';

export interface CloneOptions {
  /** Where to fetch from. A user and password in it are used and never written down. */
  readonly url: string;
  readonly commitId: string;
  readonly folder: string;
  readonly home: string;
  readonly path: string;
  readonly git: string;
  readonly signal?: AbortSignal | undefined;
}

/** The address without credentials, and the settings that make Git send them all the same. */
function authentication(url: string): { readonly origin: string; readonly env: Record<string, string> } {
  const { username, password } = new URL(url);
  const origin = new URL(url);
  origin.username = '';
  origin.password = '';
  if (username === '') return { origin: origin.href, env: {} };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const env = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(credentials).toString('base64')}`,
  };
  return { origin: origin.href, env };
}

/**
 * Checks a commit out as GitLab Runner does with `GIT_DEPTH: 0`: a real clone with all branches under
 * `refs/remotes/origin` and a detached HEAD. @throws Error with Git's own words.
 */
export async function clone(options: CloneOptions): Promise<void> {
  const { folder, git, signal } = options;
  const { origin, env } = authentication(options.url);
  const run = async (...args: readonly string[]) => {
    let output = '';
    const code = await runInGroup({
      program: git,
      args,
      cwd: folder,
      env: {
        PATH: options.path,
        HOME: options.home,
        LC_ALL: 'C',
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_NOSYSTEM: '1',
        ...env,
      },
      onOutput: (text) => {
        output += text;
      },
      signal,
    });
    if (code !== 0 && signal?.aborted !== true) throw new Error(`git ${args[0]}: ${output.trim()}`);
  };
  await run('init', '--quiet');
  await run('remote', 'add', 'origin', origin);
  const refspecs = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  await run('fetch', '--quiet', 'origin', options.commitId, ...refspecs);
  await run('checkout', '--quiet', '--force', '--detach', options.commitId);
  await appendFile(join(folder, '.git/info/exclude'), '.gitlab-ci-local/\n');
}
