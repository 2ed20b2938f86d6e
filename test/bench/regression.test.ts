import { expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { NODE, readBaseline } from './baseline.ts';
import { isOfAnyNode, measureCosts } from './costs.ts';

/** How much more than in the baseline something may cost. */
const MORE = 1.25;

describeWith(['redis-server'], 'what things cost', () => {
  it('is not a quarter more than it was; where it is meant to be, npm run bench:baseline', async () => {
    const [costs, { node, costs: before }] = await Promise.all([measureCosts(), readBaseline()]);
    expect(Object.keys(costs)).toEqual(Object.keys(before));
    const risen = Object.entries(costs)
      .filter(([name]) => node === NODE || isOfAnyNode(name))
      .filter(([name, cost]) => cost > (before[name] ?? 0) * MORE);
    expect(risen.map(([name, cost]) => `${name}: ${cost}, in the baseline ${before[name]}`)).toEqual([]);
  }, 120_000);
});
