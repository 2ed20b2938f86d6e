import { expect, it } from 'vitest';
import { lostDeliveries } from '../../src/hooks/lost.ts';
import type { HookDelivery } from '../../src/hooks/ports.ts';
import { delivery, HOOK_URL } from '../builders/hooks.ts';

const OUR_401 = { status: '401', answer: '{"error":{"code":"unauthorized","message":"…"}}' };

interface Case {
  readonly failed: readonly HookDelivery[];
  readonly arrived?: readonly string[];
  readonly tries?: Readonly<Record<string, number>>;
  /** Ids, in their order. */
  readonly lost: readonly number[];
}

const CASES: Readonly<Record<string, Case>> = {
  'without an answer': { failed: [delivery()], lost: [1] },
  'answered with 500': { failed: [delivery({ status: '500', answer: 'oops' })], lost: [1] },
  'answered with 503 by us, whose queue was away': {
    failed: [delivery({ status: '503', answer: '{"error":{"code":"queue_unavailable","message":""}}' })],
    lost: [1],
  },
  'refused by us': { failed: [delivery(OUR_401)], lost: [] },
  'refused by a proxy in front of us': { failed: [delivery({ status: '404', answer: '<html>' })], lost: [1] },
  'refused by a proxy that speaks JSON': {
    failed: [delivery({ status: '429', answer: '{"message":"slow down"}' })],
    lost: [1],
  },
  'the oldest first': {
    failed: [delivery({ id: 3 }), delivery({ id: 1 }), delivery({ id: 2 })],
    lost: [1, 2, 3],
  },
  'arrived some other time': {
    failed: [delivery({ id: 1 }), delivery({ id: 2 })],
    arrived: ['key-1'],
    lost: [2],
  },
  'sent again and failed again': {
    failed: [delivery({ id: 9, key: 'a' }), delivery({ id: 2, key: 'b' }), delivery({ id: 1, key: 'a' })],
    lost: [9, 2],
  },
  'sent again and then refused by us': {
    failed: [delivery({ id: 9, key: 'a', ...OUR_401 }), delivery({ id: 1, key: 'a' })],
    lost: [],
  },
  'refused by us and then lost, since the secret is right now': {
    failed: [delivery({ id: 9, key: 'a' }), delivery({ id: 1, key: 'a', ...OUR_401 })],
    lost: [9],
  },
  'tried once': { failed: [delivery()], tries: { 'key-1': 1 }, lost: [1] },
  'tried twice': { failed: [delivery()], tries: { 'key-1': 2 }, lost: [] },
  'sent to another address': {
    failed: [delivery({ url: 'https://old.example.com/webhooks/gitlab' })],
    lost: [],
  },
  'sent to the same address with a slash': { failed: [delivery({ url: `${HOOK_URL}/` })], lost: [1] },
};

it.each(Object.entries(CASES))('%s', (_what, { failed, arrived = [], tries = {}, lost }) => {
  const found = lostDeliveries({
    url: HOOK_URL,
    failed,
    arrived: new Set(arrived),
    tries: new Map(Object.entries(tries)),
  });
  expect(found.map(({ id }) => id)).toEqual(lost);
});
