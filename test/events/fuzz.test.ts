import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReceive } from '../../src/receive.ts';
import { config } from '../builders/config.ts';
import {
  issuePayload,
  mergeRequestPayload,
  NOW,
  notePayload,
  people,
  pipelinePayload,
} from '../builders/payloads.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { silentObserver } from '../doubles/observer.ts';

const receive = createReceive({
  config: config(),
  queue: { add: async () => ({ duplicate: false }), addCommand: async () => {}, wake: async () => {} },
  caughtUp: caughtUpDouble(),
  observer: silentObserver,
  clock: () => NOW,
});

const payloads: readonly object[] = [
  notePayload('@claude-bot please'),
  notePayload('@claude-bot please', { mergeRequest: {} }),
  issuePayload({ changes: { assignees: { previous: [], current: [people.bot] } } }),
  mergeRequestPayload({ reviewers: [people.bot], changes: { reviewers: [[], [people.bot]] } }),
  pipelinePayload('workloads/r0123456789abcde', 'success'),
];

/** Every place in a payload. */
function places(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function withValueAt(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy: Record<string, unknown> = { ...(value as object) };
  const inner = rest.length === 0 ? replacement : withValueAt(copy[key], rest, replacement);
  if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return Array.isArray(value) ? Object.values(copy) : copy;
}

const deep = JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) as unknown;
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    -1,
    1e308,
    '',
    [],
    {},
    [null],
    'None',
    deep,
    'x'.repeat(200_000),
  ),
  fc.jsonValue(),
);

describe('a payload with anything in any place', () => {
  it('is always answered, with a reason where nothing is done', async () => {
    const mutation = fc.record({ payload: fc.constantFrom(...payloads), at: fc.nat(), value: strange });
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        let payload: unknown = mutations[0]?.payload;
        for (const { at, value } of mutations) {
          const all = places(payload);
          payload = withValueAt(payload, all[at % all.length] ?? [], value);
        }
        const received = await receive({ event: undefined, payload });
        if (received.status === 'accepted') expect(received.runs.length).toBeGreaterThan(0);
        else expect(received.reason).toMatch(/\w{2}/);
        expect(JSON.stringify(received).length).toBeLessThan(4_000);
      }),
      { numRuns: 3_000, interruptAfterTimeLimit: 8_000 },
    );
  }, 30_000);
});
