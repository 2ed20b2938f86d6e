import type { Hook, HookDelivery } from '../../src/hooks/ports.ts';

export const HOOK_URL = 'https://beckon.example.com/webhooks/gitlab';

export function hook(fields: Partial<Hook> = {}): Hook {
  return {
    id: 7,
    url: HOOK_URL,
    events: new Set(['note', 'pipeline']),
    state: 'executable',
    disabledUntil: undefined,
    verifiesTls: true,
    hasToken: true,
    hasSigningToken: false,
    ...fields,
  };
}

/** A delivery that nobody answered. */
export function delivery(fields: Partial<HookDelivery> = {}): HookDelivery {
  const { id = 1 } = fields;
  return {
    id,
    url: HOOK_URL,
    key: `key-${id}`,
    event: 'Note Hook',
    payload: { object_kind: 'note' },
    status: 'internal error',
    answer: '',
    at: undefined,
    ...fields,
  };
}
