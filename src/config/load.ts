import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BeckonError, messageOf } from '../lib/errors.ts';
import type { Config } from './config.ts';
import { crossFieldIssues } from './cross-field.ts';
import { type Fault, formatFault } from './explain.ts';
import { type Leaves, leavesOf } from './leaves.ts';
import { readYaml } from './read-yaml.ts';
import { ConfigFile } from './schema.ts';
import { toValid } from './valid.ts';

/** Where the config is when nobody says otherwise. */
export const DEFAULT_CONFIG_FILE = 'config/beckon.yaml';

/** The config cannot be used. The message has a line for each fault; no line repeats a value of the file. */
export class ConfigError extends BeckonError {
  readonly faults: readonly Fault[];

  constructor(message: string, faults: readonly Fault[] = [], hint?: string) {
    super('config_invalid', message, hint === undefined ? {} : { hint });
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Where a config is read from. Paths of the config are relative to `cwd`, those of `${file:…}` to the config file. */
interface ConfigPlace {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly readFile?: (path: string) => string;
}

/**
 * Reads the config and says what is at which of its paths: the only place that reads the file, the environment and the
 * files that it names. Throws a {@link ConfigError} with every fault at once.
 */
export async function readConfig({
  file,
  env,
  cwd = process.cwd(),
  readFile = (path) => readFileSync(path, 'utf8'),
}: ConfigPlace): Promise<{ readonly config: Config; readonly leaves: Leaves }> {
  const path = resolve(cwd, file);
  const reading = readYaml(
    read(file, () => readFile(path)),
    ConfigFile,
    {
      sources: { env, folder: dirname(path), readFile },
      check: crossFieldIssues,
    },
  );
  if ('data' in reading) {
    return { config: toValid(reading.data, { cwd }), leaves: leavesOf(reading.data) };
  }
  const lines = reading.faults.map((fault) => formatFault(file, fault));
  throw new ConfigError(lines.join('\n'), reading.faults);
}

/** Loads the config, as {@link readConfig} does. */
export async function loadConfig(place: ConfigPlace): Promise<Config> {
  return (await readConfig(place)).config;
}

function read(file: string, readFile: () => string): string {
  try {
    return readFile();
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = isAbsent ? 'there is no such file' : messageOf(error).replace(/,.*/s, '');
    const hint = 'Name the config file with --config FILE or BECKON_CONFIG.';
    throw new ConfigError(`${file}: ${reason}`, [], hint);
  }
}
