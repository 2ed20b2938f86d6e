import { Repositories } from '@gitbeaker/rest';
import type { z } from 'zod';
import type { GitLab } from '../runs/ports.ts';
import type { Size } from '../runs/run.ts';
import { readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { CompareAnswer } from './responses.ts';

/** GitLab lists no more changed files (`diff_max_files`), nor says that there are more. */
const MAX_FILES = 1_000;

/**
 * How much lies between two commits. Compares them, and does not ask the merge request, whose diff GitLab makes in
 * the background and may not have yet.
 */
export function createChanges(connection: ResourceConnection): Pick<GitLab, 'changes'> {
  const repositories = new Repositories(connection);
  return {
    async changes(projectId, { from, to }) {
      const { diffs, compare_timeout } = readAnswer(
        CompareAnswer,
        await repositories.compare(projectId, from, to),
      );
      if (!diffs || compare_timeout === true || diffs.length >= MAX_FILES) return undefined;
      return sizeOf(diffs);
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
