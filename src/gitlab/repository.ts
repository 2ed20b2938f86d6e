import { Branches, Issues, MergeRequests, Projects, RepositoryFiles } from '@gitbeaker/rest';
import { LRUCache } from 'lru-cache';
import type { FileDiff } from '../flows/context/diff-text.ts';
import type { GitLab } from '../runs/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import {
  BranchAnswer,
  DefaultBranchAnswer,
  DiffsAnswer,
  MergeRequestAnswer,
  MergeRequestsAnswer,
  ProjectAnswer,
  ProjectStateAnswer,
  ResourceAnswer,
} from './responses.ts';

const MAX_DIFF_PAGES = 5;
/** A whole commit id, of SHA-1 or SHA-256. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Of files at commits: characters that are kept in all, and milliseconds. */
const KEPT_FILES = { maxSize: 4_000_000, ttl: 3_600_000 };
const FIRST_PAGE = { perPage: 100, page: 1 } as const;

type File = NonNullable<Awaited<ReturnType<GitLab['readFile']>>>;

/** Files, branches and merge requests of a project. `clock` in milliseconds. */
export function createRepository(
  connection: ResourceConnection,
  clock: () => number = () => performance.now(),
): Pick<
  GitLab,
  | 'readFile'
  | 'project'
  | 'defaultBranch'
  | 'projectState'
  | 'branch'
  | 'createBranch'
  | 'deleteBranch'
  | 'findMergeRequest'
  | 'createMergeRequest'
  | 'resource'
  | 'diffs'
> {
  const branches = new Branches(connection);
  const files = new RepositoryFiles(connection);
  const issues = new Issues(connection);
  const mergeRequests = new MergeRequests(connection);
  const projects = new Projects(connection);
  const kept = new LRUCache<string, File>({
    ...KEPT_FILES,
    sizeCalculation: ({ text }, key) => text.length + key.length,
    ttlResolution: 0,
    perf: { now: clock },
  });

  async function read(project: number | string, path: string, ref: string): Promise<File | undefined> {
    const answer = await orUndefined(files.showRaw(project, path, ref, { showExpanded: true }));
    if (answer === undefined) return undefined;
    const { data, headers } = answer;
    // gitbeaker's type allows a Blob; our requester only ever gives text, JSON parsed where it says so.
    const text = typeof data === 'string' ? data : data === null ? '' : JSON.stringify(data);
    return { text, blobId: headers['x-gitlab-blob-id'] };
  }

  return {
    async readFile(project, path, ref) {
      if (!COMMIT.test(ref)) return read(project, path, ref);
      const key = JSON.stringify([project, ref, path]);
      const known = kept.get(key);
      if (known !== undefined) return known;
      const file = await read(project, path, ref);
      if (file !== undefined) kept.set(key, file);
      return file;
    },
    async project(path) {
      const answer = readAnswer(ProjectAnswer, await projects.show(path));
      return {
        id: answer.id,
        path: answer.path_with_namespace,
        url: answer.web_url ?? '',
        defaultBranch: answer.default_branch,
      };
    },
    async defaultBranch(projectId) {
      return readAnswer(DefaultBranchAnswer, await projects.show(projectId)).default_branch;
    },
    async projectState(projectId) {
      const answer = readAnswer(ProjectStateAnswer, await projects.show(projectId));
      const forMembers = answer.builds_access_level === 'private' && answer.visibility !== 'private';
      return {
        archived: answer.archived === true,
        publicJobs: answer.public_jobs === true && !forMembers,
        jobsOfReporters: answer.public_jobs === false,
      };
    },
    async branch(projectId, name) {
      const answer = await orUndefined(branches.show(projectId, name));
      return answer === undefined ? undefined : { commitId: readAnswer(BranchAnswer, answer).commit.id };
    },
    async createBranch(projectId, name, ref) {
      const answer = await branches.create(projectId, name, ref);
      return { commitId: readAnswer(BranchAnswer, answer).commit.id };
    },
    async deleteBranch(projectId, name) {
      await orUndefined(branches.remove(projectId, name));
    },
    async findMergeRequest(projectId, sourceBranch) {
      const answer = await mergeRequests.all({ projectId, sourceBranch, ...FIRST_PAGE });
      const [found] = readAnswer(MergeRequestsAnswer, answer);
      return found;
    },
    async createMergeRequest(projectId, { sourceBranch, targetBranch, title, description }) {
      const answer = await mergeRequests.create(projectId, sourceBranch, targetBranch, title, {
        description,
        removeSourceBranch: true,
      });
      return readAnswer(MergeRequestAnswer, answer);
    },
    async resource({ project, resource }) {
      const answer =
        resource.type === 'issue'
          ? await issues.show(resource.iid, { projectId: project.id })
          : await mergeRequests.show(project.id, resource.iid);
      return readAnswer(ResourceAnswer, answer);
    },
    async diffs({ project, resource }, { enough }) {
      const files: FileDiff[] = [];
      for (let page = 1; page <= MAX_DIFF_PAGES; page += 1) {
        const options = { perPage: FIRST_PAGE.perPage, page };
        const answer = readAnswer(
          DiffsAnswer,
          await mergeRequests.allDiffs(project.id, resource.iid, options),
        );
        for (const file of answer) {
          files.push({
            oldPath: file.old_path,
            newPath: file.new_path,
            diff: file.diff ?? '',
            generated: file.generated_file === true,
          });
        }
        const bytes = files.reduce((sum, { diff }) => sum + diff.length, 0);
        if (answer.length < options.perPage || bytes >= enough) break;
      }
      return files;
    },
  };
}
