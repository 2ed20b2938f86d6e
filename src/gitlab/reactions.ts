import { IssueNoteAwardEmojis, MergeRequestNoteAwardEmojis } from '@gitbeaker/rest';
import { Failure } from '../runs/failures.ts';
import type { GitLab, Place } from '../runs/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { AwardsAnswer } from './responses.ts';

/** Emoji on comments. */
export function createReactions(
  connection: ResourceConnection,
  { account }: Pick<GitLab, 'account'>,
): Pick<GitLab, 'reactions' | 'addReaction' | 'removeReaction'> {
  const ofIssues = new IssueNoteAwardEmojis(connection);
  const ofMergeRequests = new MergeRequestNoteAwardEmojis(connection);
  const at = ({ resource }: Place) => (resource.type === 'issue' ? ofIssues : ofMergeRequests);

  async function awards(place: Place, noteId: number) {
    const options = { perPage: 100, page: 1 } as const;
    const asked = at(place).all(place.project.id, place.resource.iid, noteId, options);
    return readAnswer(AwardsAnswer, (await orUndefined(asked)) ?? []);
  }

  return {
    async reactions(place, noteId) {
      return (await awards(place, noteId)).flatMap(({ name, user }) =>
        user ? { name, userId: user.id } : [],
      );
    },
    async addReaction(place, noteId, name) {
      try {
        await at(place).award(place.project.id, place.resource.iid, noteId, name);
      } catch (error) {
        // GitLab says 404 to an emoji that the account gave already.
        if (!(error instanceof Failure && /already been taken/i.test(error.detail))) throw error;
      }
    },
    async removeReaction(place, noteId, name) {
      const [there, own] = await Promise.all([awards(place, noteId), account()]);
      const found = there.find((award) => award.name === name && award.user?.id === own.id);
      if (found === undefined) return;
      await orUndefined(at(place).remove(place.project.id, place.resource.iid, noteId, found.id));
    },
  };
}
