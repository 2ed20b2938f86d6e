import { createHash, randomBytes } from 'node:crypto';
import type { Application, User } from '../world/records-people.ts';

/** What somebody allowed an application, until it has its token. */
export interface Grant {
  readonly application: Application;
  readonly user: User;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly challenge: string | undefined;
  readonly method: string;
  readonly until: number;
}

/** Milliseconds for which a code is good. */
const CODE_LIFE = 600_000;

/** Codes for grants, each good once. */
export function createGrants(now: () => Date) {
  const grants = new Map<string, Grant>();
  return {
    /** Gives the code for a grant. */
    add(grant: Omit<Grant, 'until'>): string {
      const code = randomBytes(32).toString('hex');
      grants.set(code, { ...grant, until: now().getTime() + CODE_LIFE });
      return code;
    },
    /** The grant of a code that fits all that is said of it; a code that was tried is used up where it fits. */
    take(
      code: string,
      given: { application: Application; redirectUri: string; verifier: string | undefined },
    ): Grant | undefined {
      const grant = grants.get(code);
      const fits =
        grant !== undefined &&
        grant.application.id === given.application.id &&
        grant.redirectUri === given.redirectUri &&
        now().getTime() < grant.until &&
        proves(given.verifier, grant);
      if (fits) grants.delete(code);
      return fits ? grant : undefined;
    },
  };
}

/** RFC 7636. */
function proves(verifier: string | undefined, { challenge, method }: Grant): boolean {
  if (challenge === undefined) return true;
  if (verifier === undefined) return false;
  const proof = method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  return proof === challenge;
}
