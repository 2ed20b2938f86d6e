import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BeckonError, messageOf } from '../lib/errors.ts';
import type { Config } from './config.ts';
import { type Fault, formatFault } from './explain.ts';
import { readYaml } from './read-yaml.ts';
import { ConfigFile } from './schema.ts';
import { crossFieldIssues, toValid } from './valid.ts';

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

/**
 * Loads the config: the only place that reads the file, the environment and the files that it names. Throws a
 * {@link ConfigError} with every fault at once.
 */
export async function loadConfig({
  file,
  env,
  cwd = process.cwd(),
}: {
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}): Promise<Config> {
  const reading = readYaml(await read(file), ConfigFile, { env, folder: dirname(file) });
  if ('faults' in reading) throw invalid(file, reading.faults);
  const faults = reading.locate(crossFieldIssues(reading.data));
  if (faults.length > 0) throw invalid(file, faults);
  return toValid(reading.data, { cwd });
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? 'there is no such file'
        : messageOf(error);
    throw new ConfigError(
      `${file}: ${reason}`,
      [],
      'Name the config file with --config FILE or BECKON_CONFIG.',
    );
  }
}

function invalid(file: string, faults: readonly Fault[]): ConfigError {
  return new ConfigError(faults.map((fault) => formatFault(file, fault)).join('\n'), faults);
}
