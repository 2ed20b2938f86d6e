import { readdirSync, readFileSync } from 'node:fs';
import { readShippedFlow, type ShippedFlow } from '../setup/flow-file.ts';
import type { CiTemplates } from '../setup/plan.ts';

/** The folder `config` of the package, which is beside `dist` as it is beside `src`. */
const CONFIG = new URL('../../config/', import.meta.url);

const read = (path: string) => readFileSync(new URL(path, CONFIG), 'utf8');

/** The CI files that Beckon is shipped with. */
export function shippedCi(): CiTemplates {
  return {
    agentJob: read('ci/external-agent.yml'),
    entry: read('ci/gitlab-ci.yml'),
    inputsEntry: read('ci/gitlab-ci-inputs.yml'),
    centralEntry: read('ci/central.yml'),
  };
}

/** The flow files that Beckon is shipped with, by name. */
export function shippedFlows(): readonly ShippedFlow[] {
  return readdirSync(new URL('flows/', CONFIG))
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => readShippedFlow(file.replace(/\.yaml$/, ''), read(`flows/${file}`)));
}
