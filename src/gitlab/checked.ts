import {
  PersonalAccessTokens,
  ProjectMembers,
  ProjectPushRules,
  Projects,
  ProjectVariables,
  ProtectedBranches,
  Runners,
  Users,
} from '@gitbeaker/rest';
import type { z } from 'zod';
import { type CheckedGitLab, MEMBERSHIPS_PER_PAGE } from '../check/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import {
  CheckedTokenAnswer,
  CheckedUserAnswer,
  PathsAnswer,
  ProtectedBranchesAnswer,
  PushRuleAnswer,
  RunnerAnswer,
  RunnersAnswer,
  VariablesAnswer,
} from './check-responses.ts';
import { connectionOf, type Login, type ResourceConnection, type Wire } from './connection.ts';
import { createWebhooks } from './hooks.ts';
import { createOperator } from './operator.ts';
import { MemberAnswer, UserAnswer } from './responses.ts';

/** Of lists that are read to their end. */
const PER_PAGE = 100;
const MOST_PAGES = 10;

/** Connects to GitLab as one account that only looks. */
export function createChecked(login: Login, wire: Wire): CheckedGitLab {
  const connection = connectionOf(login, wire);
  const { version, settings, readFile, lintBranch } = createOperator(login, wire);
  const { hooks, deliveries, test } = createWebhooks(login, wire);
  return {
    version,
    settings,
    readFile,
    lintBranch,
    hooks,
    deliveries,
    test,
    ...createToken(connection),
    ...createMembers(connection),
    ...createCiSettings(connection),
  };
}

function createToken(connection: ResourceConnection): Pick<CheckedGitLab, 'account' | 'token'> {
  const users = new Users(connection);
  const tokens = new PersonalAccessTokens(connection);
  return {
    async account() {
      const answer = readAnswer(CheckedUserAnswer, await users.showCurrentUser());
      const { id, username, bot, is_admin } = answer;
      return { id, username, bot: bot ?? undefined, admin: is_admin === true };
    },
    async token() {
      // Without an id this is the token that asks.
      const answer = await orUndefined(tokens.show());
      if (answer === undefined) return undefined;
      const { scopes, expires_at } = readAnswer(CheckedTokenAnswer, answer);
      return { scopes: scopes ?? [], expiresOn: expires_at };
    },
  };
}

function createMembers(
  connection: ResourceConnection,
): Pick<CheckedGitLab, 'userId' | 'memberLevel' | 'memberProjects'> {
  const users = new Users(connection);
  const members = new ProjectMembers(connection);
  const projects = new Projects(connection);
  return {
    async userId(username) {
      const [answer] = await users.all({ username, perPage: 1, page: 1 });
      return answer === undefined ? undefined : readAnswer(UserAnswer, answer).id;
    },
    async memberLevel(projectId, userId) {
      const answer = await orUndefined(members.show(projectId, userId, { includeInherited: true }));
      if (answer === undefined) return undefined;
      const { state, access_level } = readAnswer(MemberAnswer, answer);
      return state === undefined || state === 'active' ? access_level : undefined;
    },
    async memberProjects(page) {
      const answer = await projects.all<false, 'offset'>({
        minAccessLevel: 10,
        archived: false,
        simple: true,
        orderBy: 'id',
        sort: 'asc',
        perPage: MEMBERSHIPS_PER_PAGE,
        page,
      });
      return readAnswer(PathsAnswer, answer).map(({ path_with_namespace }) => path_with_namespace);
    },
  };
}

function createCiSettings(
  connection: ResourceConnection,
): Pick<CheckedGitLab, 'protectedBranches' | 'pushRule' | 'variables' | 'runners' | 'runner'> {
  const branches = new ProtectedBranches(connection);
  const rules = new ProjectPushRules(connection);
  const variables = new ProjectVariables(connection);
  const runners = new Runners(connection);
  return {
    async protectedBranches(projectId) {
      const all = await allPages(ProtectedBranchesAnswer, (page) => branches.all(projectId, page));
      return all.map(({ name, push_access_levels }) => ({
        name,
        push: (push_access_levels ?? []).map(({ access_level, user_id, group_id, deploy_key_id }) => ({
          level: access_level ?? undefined,
          userId: user_id ?? undefined,
          groupId: group_id ?? undefined,
          isDeployKey: deploy_key_id != null,
        })),
      }));
    },
    async pushRule(projectId) {
      // Not there below Premium either.
      const answer = await orUndefined(rules.show(projectId));
      if (answer == null) return undefined;
      const { branch_name_regex, reject_unsigned_commits, commit_committer_check } = readAnswer(
        PushRuleAnswer,
        answer,
      );
      return {
        branchName: branch_name_regex ?? '',
        refusesUnsigned: reject_unsigned_commits === true,
        checksCommitter: commit_committer_check === true,
      };
    },
    async variables(projectId) {
      const all = await allPages(VariablesAnswer, (page) => variables.all(projectId, page));
      return all.map(({ key, masked, protected: isProtected, environment_scope }) => ({
        key,
        masked: masked === true,
        protected: isProtected === true,
        scope: environment_scope ?? '*',
      }));
    },
    async runners(projectId) {
      const all = await allPages(RunnersAnswer, (page) => runners.all({ projectId, ...page }));
      return all.map(({ id, description, online, status, paused }) => ({
        id,
        name: description || `#${id}`,
        online: online ?? status === 'online',
        paused: paused === true,
      }));
    },
    async runner(id) {
      const answer = readAnswer(RunnerAnswer, await runners.show(id));
      return {
        tags: answer.tag_list ?? [],
        takesUntagged: answer.run_untagged !== false,
        protectedOnly: answer.access_level === 'ref_protected',
      };
    },
  };
}

/** Reads a list page by page, up to a thousand. */
async function allPages<T extends z.ZodType>(
  schema: z.ZodArray<T>,
  ask: (page: { readonly perPage: number; readonly page: number }) => Promise<unknown>,
): Promise<readonly z.output<T>[]> {
  const all: z.output<T>[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const some = readAnswer(schema, await ask({ perPage: PER_PAGE, page }));
    all.push(...some);
    if (some.length < PER_PAGE) break;
  }
  return all;
}
