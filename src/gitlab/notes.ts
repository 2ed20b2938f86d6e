import { IssueDiscussions, IssueNotes, MergeRequestDiscussions, MergeRequestNotes } from '@gitbeaker/rest';
import type { GitLab, Place } from '../runs/ports.ts';
import type { NoteRef } from '../runs/run.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { CommentsAnswer, DiscussionAnswer, DiscussionsAnswer, NoteAnswer } from './responses.ts';

const NEWEST = { sort: 'desc', orderBy: 'created_at', perPage: 100, page: 1 } as const;

/** Notes and threads of issues and merge requests, which GitLab serves in the same way at two places. */
export function createNotes(
  connection: ResourceConnection,
  { account }: Pick<GitLab, 'account'>,
): Pick<GitLab, 'createNote' | 'findNote' | 'editNote' | 'resolveDiscussion'> {
  const ofIssues = {
    notes: new IssueNotes(connection),
    discussions: new IssueDiscussions(connection),
  };
  const ofMergeRequests = {
    notes: new MergeRequestNotes(connection),
    discussions: new MergeRequestDiscussions(connection),
  };
  const at = ({ resource }: Place) => (resource.type === 'issue' ? ofIssues : ofMergeRequests);

  async function newestNotes(place: Place) {
    return readAnswer(
      CommentsAnswer,
      await at(place).notes.all(place.project.id, place.resource.iid, NEWEST),
    );
  }

  /** GitLab does not say in a note which discussion it is in. Only asked for after an answer was lost. */
  async function discussionOf(place: Place, noteId: number): Promise<string | undefined> {
    const answer = await at(place).discussions.all(place.project.id, place.resource.iid, { perPage: 100 });
    const discussions = readAnswer(DiscussionsAnswer, answer);
    return discussions.find((discussion) => discussion.notes?.some((note) => note.id === noteId))?.id;
  }

  return {
    async createNote(place, { body, discussionId, internal }): Promise<NoteRef> {
      const { notes, discussions } = at(place);
      const where = [place.project.id, place.resource.iid] as const;
      if (discussionId !== undefined) {
        const answer = await discussions.addNote(...where, discussionId, body);
        return { id: readAnswer(NoteAnswer, answer).id, discussionId };
      }
      if (internal) {
        // Only the notes API can make an internal note that replies to nothing.
        const { id } = readAnswer(NoteAnswer, await notes.create(...where, body, { internal }));
        return { id, discussionId: await discussionOf(place, id) };
      }
      const discussion = readAnswer(DiscussionAnswer, await discussions.create(...where, body));
      const [note] = discussion.notes;
      if (note === undefined) throw new Error('a discussion has at least one note');
      return { id: note.id, discussionId: discussion.id };
    },

    async findNote(place, marker) {
      const [notes, own] = await Promise.all([orUndefined(newestNotes(place)), account()]);
      // Ids of runs can be reckoned, so anybody could write a note with the marker in it.
      const found = notes?.find((note) => note.author?.id === own.id && note.body?.includes(marker));
      if (found === undefined) return undefined;
      return { id: found.id, discussionId: await discussionOf(place, found.id) };
    },

    async resolveDiscussion(place, id) {
      await ofMergeRequests.discussions.resolve(place.project.id, place.resource.iid, id, true);
    },

    async editNote(place, noteId, body) {
      await at(place).notes.edit(place.project.id, place.resource.iid, noteId, { body });
    },
  };
}
