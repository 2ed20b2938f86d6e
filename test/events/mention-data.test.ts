import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mentionedAccounts } from '../../src/events/mention.ts';

const file = new URL('../../../shared/data/mentions.json', import.meta.url);
const isThere = existsSync(file);

interface Case {
  readonly id: string;
  readonly markdown: string;
  readonly mentions: readonly string[];
}

/** Where we differ from GitLab on purpose: a text in which every mention stands in a quote names nobody. */
function isQuoting(markdown: string): boolean {
  return /^(> |>>>)/.test(markdown);
}

describe.skipIf(!isThere)(
  `GitLab's own cases${isThere ? '' : ' (skipped: ../shared/data/mentions.json is not there)'}`,
  () => {
    const cases: readonly Case[] = isThere ? JSON.parse(readFileSync(file, 'utf8')) : [];

    it('are there', () => expect(cases.length).toBeGreaterThan(50));

    it.each(cases)('$id $markdown', ({ markdown, mentions }) => {
      expect(mentionedAccounts(markdown)).toEqual(isQuoting(markdown) ? [] : mentions);
    });
  },
);
