import { pages } from '../pages/routes.ts';
import type { StandInGitLab } from '../start.ts';
import { startRealGitLab } from '../start-real.ts';
import { PERSONA } from './seed.ts';

/** The stand-in GitLab with pages, in which whoever sits at the browser writes as the person of the demo. */
export function startDemoGitLab(folder: string): Promise<StandInGitLab> {
  return startRealGitLab({
    folder,
    // Nobody is to be told of a check that they did not ask for.
    openApi: false,
    plugin: (app, { state, url, comment }) =>
      pages(app, {
        state,
        url,
        persona: PERSONA,
        comment: async (noteable, body, discussionId) =>
          comment({
            author: PERSONA,
            body,
            ...(noteable.kind === 'issue' ? { issue: noteable } : { mergeRequest: noteable }),
            ...(discussionId === undefined ? { thread: true } : { discussionId }),
          }),
      }),
  });
}
