import type { GitLab } from '../runs/ports.ts';
import { createChanges } from './changes.ts';
import { connectionOf, type Login, type Wire } from './connection.ts';
import { createJobLog } from './job-log.ts';
import { createNotes } from './notes.ts';
import { createOwnNotes } from './own-notes.ts';
import { createPeople } from './people.ts';
import { createPipelines } from './pipelines.ts';
import { createReactions } from './reactions.ts';
import { createRepository } from './repository.ts';
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
