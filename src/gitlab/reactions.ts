import { IssueNoteAwardEmojis, MergeRequestNoteAwardEmojis } from '@gitbeaker/rest';
import { Failure } from '../runs/failures.ts';
import type { GitLab, Place } from '../runs/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { AwardsAnswer } from './responses.ts';

/** Emoji of this account on comments. */
export function createReactions(
  connection: ResourceConnection,
  { account }: Pick<GitLab, 'account'>,
): Pick<GitLab, 'addReaction' | 'removeReaction'> {
  const ofIssues = new IssueNoteAwardEmojis(connection);
  const ofMergeRequests = new MergeRequestNoteAwardEmojis(connection);
  const at = ({ resource }: Place) => (resource.type === 'issue' ? ofIssues : ofMergeRequests);

  return {
    async addReaction(place, noteId, name) {
      try {
        await at(place).award(place.project.id, place.resource.iid, noteId, name);
      } catch (error) {
        // GitLab says 404 to an emoji that the account gave already.
        if (!(error instanceof Failure && /already been taken/i.test(error.detail))) throw error;
      }
    },
    async removeReaction(place, noteId, name) {
      const where = [place.project.id, place.resource.iid, noteId] as const;
      const options = { perPage: 100, page: 1 } as const;
      const [answer, own] = await Promise.all([at(place).all(...where, options), account()]);
      const found = readAnswer(AwardsAnswer, answer).find(
        (award) => award.name === name && award.user?.id === own.id,
      );
      if (found !== undefined) await orUndefined(at(place).remove(...where, found.id));
    },
  };
}
