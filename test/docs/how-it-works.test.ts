import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RUN_STATES } from '../../src/config/config.ts';
import { STEP_NAMES } from '../../src/runs/steps/names.ts';

const page = readFileSync(new URL('../../docs/how-it-works.md', import.meta.url), 'utf8');
const [, life = ''] = page.split('## The life of a run');

describe('docs/how-it-works.md', () => {
  it('names every state of a run in its table', () => {
    const named = [...life.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, state]) => state);
    expect(named).toEqual([...RUN_STATES]);
  });

  it('draws every state, and no other', () => {
    const drawn = [...life.matchAll(/^ {2}(\S+) --> (\w+)/gm)].flatMap(([, from, to]) => [from, to]);
    expect(new Set(drawn)).toEqual(new Set(['[*]', ...RUN_STATES]));
  });

  it('names every step of a run, in order', () => {
    const named = [...page.matchAll(/^\| `([a-z]+)` \| (?:`|none)/gm)].map(([, step]) => step);
    expect(named).toEqual([...STEP_NAMES]);
  });
});
