import type { QueueHome } from '../config/config.ts';
import { type Finding, ok, risky, wrong } from '../setup/finding.ts';
import type { QueueState } from './ports.ts';

/** Whether runs can be kept, and what endangers them. */
export function findQueue(home: QueueHome, state: QueueState): readonly Finding[] {
  const place = placeOf(home);
  if (state.kind === 'closed')
    return [wrong(`${place} cannot be used. ${state.reason}`, state.hint ?? 'See queue in the config.')];
  return [ok(`${place} answers.`), ...state.warnings.map((warning) => risky(warning))];
}

const KINDS = { redis: 'Redis', postgres: 'PostgreSQL' } as const;

/** The home for people: of an address only host and path, since all else of it may be secret. */
export function placeOf(home: QueueHome): string {
  if (home.kind === 'embedded') return `The embedded PostgreSQL in ${home.dataDir}`;
  const kind = KINDS[home.kind];
  const text = home.url.reveal();
  if (!URL.canParse(text)) return kind;
  const { host, pathname } = new URL(text);
  return host === '' ? kind : `${kind} at ${host}${pathname === '/' ? '' : pathname}`;
}
