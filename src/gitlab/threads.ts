import { IssueDiscussions, IssueNotes, MergeRequestDiscussions, MergeRequestNotes } from '@gitbeaker/rest';
import type { z } from 'zod';
import type { Comment, Thread } from '../flows/context/threads.ts';
import type { GitLab } from '../runs/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { type CommentAnswer, CommentsAnswer, ThreadAnswer, ThreadsAnswer } from './responses.ts';

const PER_PAGE = 100;
/** Pages that are read from the end, beside the first. */
const LAST_PAGES = 2;

interface Found {
  readonly id: string | undefined;
  readonly notes: readonly z.output<typeof CommentAnswer>[];
}

/**
 * The threads of an issue or merge request. GitLab lists them by their first comments, oldest first, so the new
 * ones are on the last page, whose number stands on the first. A comment of today in an old thread is on none of
 * these: hence the list of the newest comments. All in all one request for up to 100 threads, and for any number
 * five at most.
 */
export function createThreads(connection: ResourceConnection): Pick<GitLab, 'threads' | 'thread'> {
  const ofIssues = { notes: new IssueNotes(connection), discussions: new IssueDiscussions(connection) };
  const ofMergeRequests = {
    notes: new MergeRequestNotes(connection),
    discussions: new MergeRequestDiscussions(connection),
  };

  return {
    async threads(place, { internal, including }) {
      const { notes, discussions } = place.resource.type === 'issue' ? ofIssues : ofMergeRequests;
      const where = [place.project.id, place.resource.iid] as const;
      const page = async (number: number) => {
        const options = { perPage: PER_PAGE, page: number, showExpanded: true } as const;
        const { data, paginationInfo } = await discussions.all(...where, options);
        return { threads: readAnswer(ThreadsAnswer, data), pages: paginationInfo.totalPages };
      };
      const shown = (comment: z.output<typeof CommentAnswer>) =>
        comment.system !== true &&
        (internal || !(comment.internal === true || comment.confidential === true));

      const first = await page(1);
      const found: Found[] = [...first.threads];
      if (first.pages > 1) {
        const last = Array.from({ length: LAST_PAGES }, (_, index) => first.pages - index).filter(
          (at) => at > 1,
        );
        const more = await Promise.all(last.map(page));
        found.push(...more.flatMap(({ threads }) => threads));
        if (including !== undefined && !found.some(({ id }) => id === including)) {
          const answer = await orUndefined(discussions.show(...where, including));
          if (answer !== undefined) found.push(readAnswer(ThreadAnswer, answer));
        }
        const newest = { sort: 'desc', orderBy: 'created_at', perPage: PER_PAGE, page: 1 } as const;
        const known = new Set(found.flatMap((thread) => thread.notes.map(({ id }) => id)));
        for (const comment of readAnswer(CommentsAnswer, await notes.all(...where, newest))) {
          if (!known.has(comment.id)) found.push({ id: undefined, notes: [comment] });
        }
      }
      return found
        .map(
          (thread): Thread => ({ ...threadOf(thread), comments: thread.notes.filter(shown).map(commentOf) }),
        )
        .filter(({ comments }) => comments.length > 0);
    },

    async thread({ project, resource }, discussionId) {
      const { discussions } = resource.type === 'issue' ? ofIssues : ofMergeRequests;
      const answer = await orUndefined(discussions.show(project.id, resource.iid, discussionId));
      if (answer === undefined) return undefined;
      const found = readAnswer(ThreadAnswer, answer);
      const comments = found.notes.filter(({ system }) => system !== true).map(commentOf);
      return { ...threadOf(found), comments };
    },
  };
}

function threadOf({ id, notes }: Found) {
  const resolvable = notes.filter((note) => note.resolvable === true);
  const resolved = resolvable.length === 0 ? undefined : resolvable.every((note) => note.resolved === true);
  return { id, resolved };
}

function commentOf({ id, author, created_at, body, position }: z.output<typeof CommentAnswer>): Comment {
  return {
    id,
    author: author?.username ?? 'ghost',
    createdAt: created_at ?? '',
    body: body ?? '',
    path: position?.new_path ?? position?.old_path,
    line: position?.new_line ?? position?.old_line ?? undefined,
  };
}
