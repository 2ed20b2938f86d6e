import { ProjectMembers, Users } from '@gitbeaker/rest';
import { Failure } from '../runs/failures.ts';
import type { Account, GitLab, User } from '../runs/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import { createChanges } from './changes.ts';
import { connectionOf, type Login, type ResourceConnection, type Wire } from './connection.ts';
import { createJobLog } from './job-log.ts';
import { createNotes } from './notes.ts';
import { createOwnNotes } from './own-notes.ts';
import { createPipelines } from './pipelines.ts';
import { createReactions } from './reactions.ts';
import { createRepository } from './repository.ts';
import { AccountAnswer, MemberAnswer, UserAnswer } from './responses.ts';
import { createThreads } from './threads.ts';

/** Connects to GitLab as one account: the port of runs over gitbeaker's typed resources. */
export function createGitLab(login: Login, wire: Wire): GitLab {
  const options = connectionOf(login, wire);
  const people = createPeople(options);
  return {
    ...people,
    ...createNotes(options, { account: people.account }),
    ...createOwnNotes(options),
    ...createReactions(options, { account: people.account }),
    ...createThreads(options),
    ...createRepository(options),
    ...createPipelines(options),
    ...createJobLog(login, wire),
    ...createChanges(options),
  };
}

/** Accounts and their membership. */
export function createPeople(
  connection: ResourceConnection,
): Pick<GitLab, 'account' | 'user' | 'userByName' | 'accessLevel'> {
  const users = new Users(connection);
  const members = new ProjectMembers(connection);
  let known: Promise<Account> | undefined;

  async function readAccount(): Promise<Account> {
    const answer = readAnswer(AccountAnswer, await users.showCurrentUser());
    const { id, username, name = username } = answer;
    const noReply = `${id}-${username}@users.noreply.${new URL(connection.host).hostname}`;
    return { id, username, name, commitEmail: answer.commit_email ?? answer.email ?? noReply };
  }

  return {
    // Who an account is does not change while the program runs.
    account() {
      known ??= readAccount().catch((error) => {
        known = undefined;
        throw error;
      });
      return known;
    },
    async user(id) {
      const answer = await orUndefined(users.show(id));
      return answer === undefined ? undefined : userOf(answer);
    },
    async userByName(username) {
      const [answer] = await users.all({ username, perPage: 1, page: 1 });
      return answer === undefined ? undefined : userOf(answer);
    },
    async accessLevel(projectId, userId) {
      try {
        const answer = await members.show(projectId, userId, { includeInherited: true });
        const member = readAnswer(MemberAnswer, answer);
        return member.state === undefined || member.state === 'active' ? member.access_level : undefined;
      } catch (error) {
        // Without this a service account that was not added to a private project would look like a stranger's visit.
        if (!(error instanceof Failure && error.kind === 'gone')) throw error;
        if (!/project not found/i.test(error.detail)) return undefined;
        throw new Failure('reading the membership', {
          kind: 'permission',
          status: error.status,
          detail: 'The service account cannot see the project.',
        });
      }
    },
  };
}

function userOf(answer: unknown): User {
  const { id, username, name = username, state, bot } = readAnswer(UserAnswer, answer);
  return { id, username, name, bot: bot === true, active: state === undefined || state === 'active' };
}
