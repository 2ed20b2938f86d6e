import type { CiFacts } from './facts.ts';
import { type Finding, renderFinding } from './finding.ts';
import type { CiPlan } from './plan.ts';
import type { FileAction } from './ports.ts';

/** What a project has, a line for each thing that was looked at. */
export function renderFindings({ settings, version }: CiFacts, findings: readonly Finding[]): string {
  const gitlab = `GitLab ${version.split('.').slice(0, 2).join('.')}`;
  const headline = `${settings.path} (${gitlab}, default branch ${settings.defaultBranch ?? 'none'})`;
  return [headline, ...findings.map(renderFinding)].join('\n');
}

/** What a person has to do: files to paste, settings with their links, and how Beckon could do it. */
export function renderToDo({ settings }: CiFacts, { files, home, advice, change }: CiPlan): string {
  const where = home === settings.path ? '' : ` In the project ${home}:`;
  const offer =
    typeof change === 'string'
      ? `Not by --merge-request: ${change}`
      : `Or let Beckon open a merge request: beckon ci ${settings.path} --merge-request`;
  const isForPeopleOnly = files.length === 0 && advice.length > 0;
  return [
    `What to do:${where}`,
    ...files.map(renderFile),
    ...advice,
    ...(isForPeopleOnly ? [] : [offer]),
  ].join('\n\n');
}

function renderFile(file: FileAction): string {
  if (file.action === 'move') return `Move ${file.from} to ${file.path}, as it is.`;
  const verb = file.action === 'create' ? 'New file' : 'New content of';
  return `${verb} ${file.path}:\n${'─'.repeat(80)}\n${file.content.trimEnd()}\n${'─'.repeat(80)}`;
}
