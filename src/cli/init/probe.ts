import { findReach } from '../../check/gitlab.ts';
import { BeckonError } from '../../lib/errors.ts';
import type { Secret } from '../../lib/secret.ts';
import { Failure } from '../../runs/failures.ts';
import { remediesOf } from '../../setup/finding.ts';
import { withProgress } from '../progress.ts';

/** Where GitLab is, and the proxies that the environment names. */
export interface Place {
  readonly url: string;
  readonly caFile: string | undefined;
  readonly hasProxy: boolean;
}

/** Whose a token is, and which GitLab that is. */
export interface Known {
  readonly username: string;
  readonly version: string;
}

/** Looks whether GitLab is at an address; gives what was seen. @throws {BeckonError} with what to do */
export async function probeAddress({ url, caFile, hasProxy }: Place): Promise<string> {
  const [{ reachGitLab }, { openTransport }] = await Promise.all([
    import('../../gitlab/reach.ts'),
    import('../../gitlab/transport.ts'),
  ]);
  const dispatcher = await openTransport({ caFile });
  try {
    const reach = await withProgress(`Asking ${url}…`, () =>
      reachGitLab(url, { dispatcher, clock: Date.now }),
    );
    const finding = findReach(reach, { url, hasProxy });
    if (finding.state !== 'wrong') return finding.text;
    const hint = remediesOf(finding).join(' ').replaceAll('gitlab.caFile', '--ca-file');
    throw new BeckonError('gitlab_unreachable', finding.text, { hint });
  } finally {
    await dispatcher.destroy();
  }
}

/** Asks GitLab with a token whose it is. @throws {BeckonError} where GitLab does not take it */
export async function probeToken({ url, caFile }: Place, token: Secret): Promise<Known> {
  const [{ createChecked }, { openTransport }] = await Promise.all([
    import('../../gitlab/checked.ts'),
    import('../../gitlab/transport.ts'),
  ]);
  const dispatcher = await openTransport({ caFile });
  try {
    const gitlab = createChecked({ url, token }, { dispatcher, onRequest: () => {} });
    return await withProgress('Asking whose token it is…', async () => ({
      username: (await gitlab.account()).username,
      version: await gitlab.version(),
    }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new BeckonError('token_refused', `GitLab does not take the token: ${error.detail}`, {
      hint: 'It has to be an access token with the scope api that has not ended.',
    });
  } finally {
    await dispatcher.destroy();
  }
}
