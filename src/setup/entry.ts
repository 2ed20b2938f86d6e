import { isMap, isSeq, parseAllDocuments } from 'yaml';
import { AGENT_FILE } from './facts.ts';

/** The path that the shipped entries name for a project's own jobs. */
const SHIPPED_PATH = '.gitlab/ci/main.yml';

const HEADER =
  "# Keeps this project's own jobs out of the pipelines of external agents, and the agent's job out of all others.\n";

/**
 * Makes a project's CI file from one of the shipped entries: `ownJobs` is the path of the project's own jobs,
 * `chosen` what the include of the agent's job is given. A project without any jobs includes the agent's job alone and without conditions, as GitLab takes a file whose conditions
 * leave no job for an error.
 */
export function entryFor(
  shipped: string,
  ownJobs: string | undefined,
  chosen: Readonly<Record<string, string>> = {},
): string {
  const body = choosing(HEADER + shipped.replace(/^(#.*\n)+/, ''), chosen);
  return ownJobs === undefined ? withoutOwnJobs(body) : body.replaceAll(SHIPPED_PATH, ownJobs);
}

/** A CI file with inputs for the agent's job beside those that it has. */
export function choosing(text: string, chosen: Readonly<Record<string, string>>): string {
  const lines = Object.entries(chosen).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`);
  if (lines.length === 0) return text;
  return text.replace(
    /^( {2}- local: \S*external-agent\.yml\n)(?: {4}inputs:\n)?/m,
    (_whole, include: string) => `${include}    inputs:\n${lines.join('')}`,
  );
}

function withoutOwnJobs(text: string): string {
  const documents = [...parseAllDocuments(text)];
  const include = documents.at(-1)?.get('include');
  if (!isSeq(include)) throw new Error('a shipped CI file has no list of includes');
  include.items = include.items.filter((item) => isMap(item) && item.get('local') === AGENT_FILE);
  for (const item of include.items) if (isMap(item)) item.delete('rules');
  return documents.map((document) => document.toString({ lineWidth: 0 })).join('');
}
