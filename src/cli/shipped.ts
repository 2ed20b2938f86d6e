import { readdirSync, readFileSync } from 'node:fs';
import { distance } from 'fastest-levenshtein';
import { BeckonError } from '../lib/errors.ts';
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

/** One of them. @throws {BeckonError} `flow_unknown` with the name that is nearest */
export function shippedFlow(name: string): ShippedFlow {
  const flows = shippedFlows();
  const found = flows.find((one) => one.name === name);
  if (found !== undefined) return found;
  const [nearest] = flows.map((one) => one.name).sort((a, b) => distance(a, name) - distance(b, name));
  throw new BeckonError('flow_unknown', `There is no flow ${name}.`, {
    hint: nearest === undefined ? '' : `Did you mean ${nearest}? \`beckon flow list\` has all.`,
  });
}
