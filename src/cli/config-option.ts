import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../config/load.ts';

/** Loads the config that `--config`, BECKON_CONFIG or the default place names. */
export async function configOf(command: Command): Promise<Config> {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  const file = config ?? (process.env.BECKON_CONFIG || DEFAULT_CONFIG_FILE);
  return loadConfig({ file, env: process.env });
}
