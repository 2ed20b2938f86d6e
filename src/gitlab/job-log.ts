import { Jobs } from '@gitbeaker/rest';
import type { GitLab } from '../runs/ports.ts';
import { orUndefined } from './answer.ts';
import { connectionOf, type Login, type Wire } from './connection.ts';

/** Bytes of a log that are kept. A log may have a hundred megabytes, and GitLab sends it from the beginning. */
const TAIL = 64 * 1024;

/** The end of the logs of jobs. */
export function createJobLog(login: Login, wire: Wire): Pick<GitLab, 'jobLog'> {
  const jobs = new Jobs(connectionOf(login, wire, { tail: TAIL }));
  return {
    async jobLog(projectId, jobId) {
      const answer: unknown = await orUndefined(jobs.showLog(projectId, jobId));
      return typeof answer === 'string' ? answer : undefined;
    },
  };
}
