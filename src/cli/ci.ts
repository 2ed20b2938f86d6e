import { Command } from 'commander';
import { agentsIn, type CiFacts, gatherCiFacts, projectAgent } from '../setup/facts.ts';
import { type Offered, offerMergeRequest } from '../setup/merge-request.ts';
import { type CiPlan, planCi } from '../setup/plan.ts';
import { renderFindings, renderToDo } from '../setup/render.ts';
import { coloured } from './coloured.ts';
import { EXIT } from './exit.ts';
import { asOperator } from './operator.ts';
import { withProgress } from './progress.ts';
import { shippedCi } from './shipped.ts';

interface Options {
  readonly mergeRequest?: true;
  readonly json?: true;
}

export const ci = new Command('ci')
  .description("Say what a project's CI configuration needs before an agent can work there.")
  .argument('<project>', 'full path, such as group/project')
  .option('--merge-request', 'open a merge request that adds it, or bring it up to date')
  .option('--json', 'print findings, files and merge request as JSON')
  .action(async (project: string, { mergeRequest, json }: Options, command: Command) => {
    await asOperator(command, project, async (gitlab, config) => {
      const agents = agentsIn(config, project).map(projectAgent);
      const facts = await withProgress(`Looking at ${project}…`, () =>
        gatherCiFacts(gitlab, { project, agents }),
      );
      const plan = planCi(facts, shippedCi());
      const { change } = plan;
      const isOffer = mergeRequest === true && typeof change !== 'string';
      // Before the merge request, which may fail: what was found is worth knowing then.
      if (json !== true) console.log(coloured(renderFindings(facts, plan.findings)));
      const offered = isOffer
        ? await withProgress('Asking for the merge request…', () =>
            offerMergeRequest(gitlab, { settings: facts.settings, change }),
          )
        : undefined;
      console.log(json === true ? jsonOf(facts, plan, offered) : render(facts, plan, offered));
      process.exitCode = isDone(plan, offered) ? EXIT.done : EXIT.no;
    });
  });

/** A merge request takes care of the files; what is left to a person is not done. */
function isDone({ findings, advice }: CiPlan, offered: Offered | undefined): boolean {
  return findings.every(({ state }) => state !== 'wrong') || (offered !== undefined && advice.length === 0);
}

function render(facts: CiFacts, plan: CiPlan, offered: Offered | undefined): string {
  if (offered === undefined)
    return plan.findings.some(({ state }) => state === 'wrong')
      ? `\n${renderToDo(facts, plan)}`
      : '\nNothing to do.';
  return [
    ...(offered.lint === undefined
      ? []
      : [`\nGitLab accepts the new configuration (jobs: ${offered.lint.jobs.join(', ') || 'none'}).`]),
    `The merge request is ${offered.outcome}: ${offered.url}`,
    ...plan.advice,
  ].join('\n');
}

function jsonOf({ settings, version }: CiFacts, plan: CiPlan, offered: Offered | undefined): string {
  const { findings, files, home, advice, change } = plan;
  const answer = {
    project: settings.path,
    gitlab: version,
    defaultBranch: settings.defaultBranch ?? null,
    findings,
    filesOf: home,
    files,
    advice,
    obstacle: typeof change === 'string' ? change : null,
    mergeRequest: offered === undefined ? null : { url: offered.url, outcome: offered.outcome },
  };
  return JSON.stringify(answer, null, 2);
}
