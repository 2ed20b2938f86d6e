import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pages, read, root } from './pages.ts';

/** A page without its boxes, in which nothing is a link or a heading. */
const prose = (page: string) => read(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');

/** The anchors that GitLab and GitHub give to the headings of a page. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
  return new Set(anchors);
}

describe.each(pages)('%s', (page) => {
  const links = [...prose(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);

  it('links to files that are there, and to headings that they have', () => {
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? new URL(page, root) : new URL(file, new URL(page, root));
      if (!existsSync(target)) return true;
      const path = target.href.slice(root.href.length);
      return anchor !== undefined && !(pages.includes(path) && anchorsOf(path).has(anchor));
    });
    expect(broken).toEqual([]);
  });
});

describe('the documentation', () => {
  it('has every page of docs/ in its index', () => {
    const index = read('docs/README.md');
    const missing = pages
      .filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
      .filter((page) => !index.includes(`](${page.slice('docs/'.length)}`));
    expect(missing).toEqual([]);
  });

  it('has a first page that can be read at one go', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(300);
  });
});
