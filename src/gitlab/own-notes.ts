import { Events } from '@gitbeaker/rest';
import type { z } from 'zod';
import type { GitLab, OwnNote } from '../runs/ports.ts';
import { readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { type WrittenNoteAnswer, WrittenNotesAnswer } from './responses.ts';

const PER_PAGE = 100;
const MOST_PAGES = 5;

/** What an account has written lately, of which GitLab keeps a list for each user. */
export function createOwnNotes(connection: ResourceConnection): Pick<GitLab, 'ownNotes'> {
  const events = new Events(connection);
  return {
    async ownNotes({ after }) {
      const found: OwnNote[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const options = { targetType: 'note', after, perPage: PER_PAGE, page } as const;
        const written = readAnswer(WrittenNotesAnswer, await events.all(options));
        found.push(...written.flatMap((one) => ownNoteOf(one) ?? []));
        if (written.length < PER_PAGE) break;
      }
      return found;
    },
  };
}

function ownNoteOf({ project_id: projectId, note }: z.output<typeof WrittenNoteAnswer>): OwnNote | undefined {
  const type = TYPES[note?.noteable_type ?? ''];
  if (projectId == null || note?.noteable_iid == null || type === undefined) return undefined;
  const place = { project: { id: projectId }, resource: { type, iid: note.noteable_iid } };
  return { id: note.id, place, body: note.body ?? '', writtenAt: note.created_at ?? '' };
}

const TYPES: Readonly<Record<string, 'issue' | 'merge_request'>> = {
  Issue: 'issue',
  WorkItem: 'issue',
  MergeRequest: 'merge_request',
};
