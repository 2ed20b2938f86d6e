import { Repositories } from '@gitbeaker/rest';
import type { z } from 'zod';
import type { GitLab } from '../runs/ports.ts';
import type { Size } from '../runs/run.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { CompareAnswer } from './responses.ts';

/** GitLab lists no more changed files (`diff_max_files`), nor says that there are more. */
const MAX_FILES = 1_000;

/**
 * How far a branch has come since a commit, and how much that is, in one request: GitLab compares from where the two
 * parted, and names the newest commit after that, or none. The merge request is not asked, whose diff GitLab makes in the
 * background and may not have yet.
 */
export function createChanges(connection: ResourceConnection): Pick<GitLab, 'changes'> {
  const repositories = new Repositories(connection);
  return {
    async changes(projectId, { from, to }) {
      const answer = await orUndefined(repositories.compare(projectId, from, to));
      if (answer === undefined) return undefined;
      const { commit, diffs, compare_timeout } = readAnswer(CompareAnswer, answer);
      const isCut = !diffs || compare_timeout === true || diffs.length >= MAX_FILES;
      return { head: commit?.id, size: isCut ? undefined : sizeOf(diffs) };
    },
  };
}

function sizeOf(diffs: NonNullable<z.output<typeof CompareAnswer>['diffs']>): Size {
  const files = diffs.length;
  if (diffs.some(({ too_large, collapsed }) => too_large === true || collapsed === true)) return { files };
  const count = (mark: string) =>
    diffs.reduce(
      (sum, { diff }) => sum + (diff ?? '').split('\n').filter((line) => line.startsWith(mark)).length,
      0,
    );
  return { files, lines: { added: count('+'), removed: count('-') } };
}
