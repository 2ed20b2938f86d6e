import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Config } from './config.ts';
import { fingerprint, type Leaves } from './leaves.ts';
import { readConfig } from './load.ts';

/** A config, and what it was made of. */
export interface LoadedConfig {
  readonly config: Config;
  readonly leaves: Leaves;
}

/** A config file that may change while the process lives. */
export interface ConfigSource {
  /** Loads it anew; throws as {@link readConfig} does. */
  load(): Promise<LoadedConfig>;
  /**
   * Whether the file, or one of those that it names, has another content than when it was loaded last, well or badly;
   * and the same as at the look before, so that nobody is in the middle of writing. Files are known by their path and
   * content alone, so it does not matter whether one was written to, replaced, or is behind a link that leads elsewhere
   * now. Costs reading them.
   */
  hasChanged(): Promise<boolean>;
}

/** Fingerprints of the contents of files by their path; in place of one that cannot be read the reason. */
type Contents = Map<string, string>;

/** The config in `file`, with the values of `env` and of the files that it names. */
export function createConfigSource(place: {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}): ConfigSource {
  let loaded: Contents = new Map();
  let seen: Contents = loaded;

  return {
    async load() {
      const contents: Contents = new Map();
      const read = (path: string): Buffer => {
        try {
          const content = readFileSync(path);
          // What comes through a pipe cannot be looked at again.
          if (statSync(path).isFile()) contents.set(path, fingerprint(content));
          return content;
        } catch (error) {
          contents.set(path, reasonOf(error));
          throw error;
        }
      };
      loaded = contents;
      seen = contents;
      const { config, leaves } = await readConfig({ ...place, readFile: (path) => read(path).toString() });
      const { caFile } = config.gitlab;
      if (caFile === undefined) return { config, leaves };
      // Whether it can be read is for whoever connects to GitLab to say.
      const certificates = await fingerprintAt(caFile);
      contents.set(caFile, certificates);
      return { config, leaves: new Map([...leaves, ['gitlab.caFile', `${caFile} ${certificates}`]]) };
    },
    async hasChanged() {
      const found = await Promise.all(
        [...loaded.keys()].map(async (path) => [path, await fingerprintAt(path)] as const),
      );
      const before = seen;
      seen = new Map(found);
      const differs = (contents: Contents) => found.some(([path, content]) => contents.get(path) !== content);
      return differs(loaded) && !differs(before);
    },
  };
}

async function fingerprintAt(path: string): Promise<string> {
  try {
    return (await stat(path)).isFile() ? fingerprint(await readFile(path)) : 'not a file';
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}
