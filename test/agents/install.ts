import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { flowText, pinnedPackage } from '../config-flows/flow-files.ts';

const cache = fileURLToPath(new URL('../../.cache/agents/', import.meta.url));

/**
 * The folder of programs with the tool of a flow in the version that the flow pins, installed from the registry
 * where `.cache/agents` lacks it: 100 to 400 MB.
 */
export async function toolFolder(flow: string): Promise<string> {
  const { packageName, version } = pinnedPackage(flowText(flow));
  const prefix = join(cache, flow);
  const programs = join(prefix, 'node_modules/.bin');
  const manifest = join(prefix, 'node_modules', packageName, 'package.json');
  const there = await readFile(manifest, 'utf8').catch(() => '{}');
  if (JSON.parse(there).version === version) return programs;
  const options = ['--no-audit', '--no-fund', '--no-save', '--prefix', prefix];
  await promisify(execFile)('npm', ['install', ...options, `${packageName}@${version}`]);
  return programs;
}
