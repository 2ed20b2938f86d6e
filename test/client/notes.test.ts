import { expect, it } from 'vitest';
import { connect } from './connect.ts';

it('finds a note by its marker among those of its own account only', async () => {
  const { standIn, world, project, gitlab, placeOf } = await connect();
  const issue = world.openIssue({ project, author: 'mallory', title: 'Basket' });
  const place = placeOf('issue', issue.iid);

  world.comment({ issue, author: 'mallory', body: 'mine <!-- marker -->' });
  expect(await gitlab.findNote(place, '<!-- marker -->')).toBeUndefined();

  const written = await gitlab.createNote(place, { body: 'ours <!-- marker -->', internal: false });
  world.comment({ issue, author: 'mallory', body: 'newer <!-- marker -->' });
  expect(await gitlab.findNote(place, '<!-- marker -->')).toEqual(written);
  expect(standIn.violations).toEqual([]);
});
