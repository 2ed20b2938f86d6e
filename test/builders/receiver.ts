import type { Receiver } from '../../src/config/config.ts';
import { Secret } from '../../src/lib/secret.ts';

export function receiver({
  url = 'https://chat.example.com/hook',
  ...fields
}: Omit<Partial<Receiver>, 'url'> & { url?: string } = {}): Receiver {
  return {
    name: 'chat',
    url: new Secret(url),
    format: 'json',
    states: new Set(['failed', 'succeeded']),
    agents: undefined,
    projects: undefined,
    secret: undefined,
    ...fields,
  };
}
