import type { Config } from '../../src/config/config.ts';
import { ConfigError, loadConfig } from '../../src/config/load.ts';

/** The least that loads, with {@link ENV}. */
export const MINIMAL = `gitlab:
  url: https://gitlab.example.com
webhook:
  secretTokens: ["\${SECRET}"]
agents:
  claude:
    account: claude-bot
    token: \${TOKEN}
triggers:
  - agent: claude
    events: [mention]
    projects: ["acme/**"]
`;

export const ENV = { SECRET: 'hook-secret-1', TOKEN: 'glpat-from-env', EMPTY: '' };

interface Around {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Files by absolute path, beside the config itself. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Loads a config that is `/etc/beckon/beckon.yaml` on a disk of its own, with `/srv` as the working directory. */
export function load(text: string, { env = ENV, files = {} }: Around = {}): Promise<Config> {
  const disk: Readonly<Record<string, string>> = { ...files, '/etc/beckon/beckon.yaml': text };
  return loadConfig({
    file: '../etc/beckon/beckon.yaml',
    env,
    cwd: '/srv',
    readFile: (path) => {
      const content = disk[path];
      if (content !== undefined) return content;
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
    },
  });
}

/** The lines of what is wrong with a config, without the name of the file. */
export async function faultsOf(text: string, around?: Around): Promise<readonly string[]> {
  try {
    await load(text, around);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => line.replace('../etc/beckon/beckon.yaml:', ''));
  }
  throw new Error('this config loads');
}
