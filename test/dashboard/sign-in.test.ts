import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { setUpPeople } from '../http/people-set-up.ts';
import { describeWith } from '../support/needs.ts';
import { barriers, usePages } from './pages.ts';

describeWith(['chromium'], 'somebody who signs in with GitLab', () => {
  const pageFor = usePages();

  async function open() {
    const scene = await setUpPeople();
    return { ...scene, page: await pageFor({ baseURL: scene.url }) };
  }

  async function signIn(page: Page, username: string): Promise<void> {
    await page.getByRole('link', { name: 'Sign in with GitLab' }).click();
    await page.getByRole('heading', { name: 'Authorize Beckon' }).waitFor();
    await page.getByLabel('You are').fill(username);
    await page.getByRole('button', { name: 'Authorize' }).click();
  }

  it('sees the runs of her project only, stops her own and is refused on that of another, until she signs out', {
    timeout: 60_000,
  }, async () => {
    const { page, addRun, shop, secret, alice, bob, world, stops } = await open();
    world.addMember({ project: shop, user: bob, level: 'developer' });
    const hers = addRun(shop, alice, { title: 'Hers' });
    addRun(shop, bob, { title: 'His' });
    addRun(secret, bob, { title: 'Secret' });

    await page.goto(`/runs/${hers.id}`);
    await signIn(page, 'alice');
    await page.getByRole('heading', { name: 'Hers' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/runs/${hers.id}`);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('alice asked it to stop.').waitFor();
    expect(stops.get(hers.id)?.by).toBe('alice');

    await page.getByRole('link', { name: 'Runs' }).first().click();
    await page.getByRole('link', { name: 'His' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(2);
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(['Runs']);
    await page.getByRole('link', { name: 'His' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Only who started it (bob) or a Maintainer can stop it.').waitFor();
    expect(stops.size).toBe(1);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in with GitLab' }).waitFor();
    await page.goto('/');
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  it('finds it first on a page without barriers, with the admin token below', {
    timeout: 60_000,
  }, async () => {
    const { page } = await open();
    await page.goto('/login');
    const offers = page.locator('main a, main button');
    expect((await offers.allTextContents()).map((text) => text.trim())).toEqual([
      'Sign in with GitLab',
      'Sign in',
    ]);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'Sign in with GitLab' }).click();
    await page.getByLabel('You are').fill('alice');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('GitLab says that you declined.');
  });
});
