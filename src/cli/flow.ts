import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { BeckonError } from '../lib/errors.ts';
import { flowChange, flowPathOf, renderFlow, renderNextSteps, type ShippedFlow } from '../setup/flow-file.ts';
import { offerMergeRequest } from '../setup/merge-request.ts';
import { asOperator } from './operator.ts';
import { shippedFlow, shippedFlows } from './shipped.ts';

interface AddOptions {
  readonly project?: string;
  readonly path?: string;
  readonly force?: true;
}

const list = new Command('list')
  .description('List the flows that Beckon is shipped with, and the CI/CD variables that each needs.')
  .action(() => {
    for (const one of shippedFlows()) console.log(renderFlow(one));
  });

const show = new Command('show')
  .description('Print the flow file of an agent.')
  .argument('<name>', 'as `beckon flow list` names it')
  .action((name: string) => {
    process.stdout.write(shippedFlow(name).text);
  });

const add = new Command('add')
  .description('Write the flow file of an agent into the current folder, or offer it to a project.')
  .argument('<name>', 'as `beckon flow list` names it')
  .option('--project <project>', 'open a merge request in this project in place of writing a file')
  .option('--path <path>', 'where the project keeps it (default: .gitlab/duo/flows/NAME.yaml)')
  .option('--force', 'replace a file with other content')
  .action(async (name: string, { project, path = flowPathOf(name), force }: AddOptions, command: Command) => {
    const flow = shippedFlow(name);
    const place = { path, isForced: force === true };
    if (project === undefined) writeHere(flow, place);
    else await offerTo(project, flow, { ...place, command });
    console.log(renderNextSteps(flow, path));
  });

export const flow = new Command('flow')
  .description('The flows that Beckon is shipped with: list, show, add.')
  .addCommand(list)
  .addCommand(show)
  .addCommand(add);

interface Place {
  readonly path: string;
  readonly isForced: boolean;
}

function writeHere({ text }: ShippedFlow, { path, isForced }: Place): void {
  const present = readIfThere(path);
  if (present === text) {
    console.log(`${path} is there already.`);
    return;
  }
  if (present !== undefined && !isForced) throw otherContent(path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`${path} is written. Commit it on the default branch.`);
}

async function offerTo(
  project: string,
  shipped: ShippedFlow,
  { path, isForced, command }: Place & { readonly command: Command },
): Promise<void> {
  await asOperator(command, project, async (gitlab) => {
    const settings = await gitlab.settings(project);
    const present = await gitlab.readFile(settings.id, path, settings.defaultBranch ?? 'HEAD');
    if (present === shipped.text) {
      console.log(`${path} is there already.`);
      return;
    }
    if (present !== undefined && !isForced) throw otherContent(path);
    const change = flowChange(shipped, { path, isNew: present === undefined });
    const { url, outcome } = await offerMergeRequest(gitlab, { settings, change });
    console.log(`The merge request is ${outcome}: ${url}`);
  });
}

function otherContent(path: string): BeckonError {
  return new BeckonError('file_differs', `${path} is there with other content.`, {
    hint: '--force replaces it.',
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
