import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../config/load.ts';

/** The config file that `--config`, BECKON_CONFIG or the default place names. */
export function configFileOf(command: Command): string {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  return config ?? (process.env.BECKON_CONFIG || DEFAULT_CONFIG_FILE);
}

/** Loads it. */
export async function configOf(command: Command): Promise<Config> {
  return loadConfig({ file: configFileOf(command), env: process.env });
}
