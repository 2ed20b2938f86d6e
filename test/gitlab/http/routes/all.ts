import type { Endpoint } from '../call.ts';
import { branchRoutes } from './branches.ts';
import { ciSettingsRoutes } from './ci-settings.ts';
import { commitRoutes } from './commits.ts';
import { discussionRoutes } from './discussions.ts';
import { emojiRoutes } from './emoji.ts';
import { fileRoutes } from './files.ts';
import { groupRoutes } from './groups.ts';
import { hookRoutes } from './hooks.ts';
import { instanceRoutes } from './instance.ts';
import { issueRoutes } from './issues.ts';
import { lintRoutes } from './lint.ts';
import { mergeRequestRoutes } from './merge-requests.ts';
import { noteRoutes } from './notes.ts';
import { pipelineRoutes } from './pipelines.ts';
import { projectRoutes } from './projects.ts';

/** Every endpoint that is served. */
export const endpoints: readonly Endpoint[] = [
  ...instanceRoutes,
  ...projectRoutes,
  ...groupRoutes,
  ...issueRoutes,
  ...mergeRequestRoutes,
  ...(['issue', 'merge_request'] as const).flatMap((kind) => {
    const segment = kind === 'issue' ? 'issues' : 'merge_requests';
    return [...noteRoutes(kind, segment), ...discussionRoutes(kind, segment), ...emojiRoutes(kind, segment)];
  }),
  ...branchRoutes,
  ...ciSettingsRoutes,
  ...commitRoutes,
  ...fileRoutes,
  ...pipelineRoutes,
  ...hookRoutes,
  ...lintRoutes,
];
