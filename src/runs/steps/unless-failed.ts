import { Failure } from '../failures.ts';

/** What was asked of GitLab, or `undefined` where it failed, for what a run can do without. */
export async function unlessFailed<T>(
  asked: Promise<T>,
  overlooked: (error: Failure) => void,
): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    overlooked(error);
    return undefined;
  }
}
