import type { AddressInfo } from 'node:net';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { KeptOutcome } from '../../src/admin/deliveries.ts';
import type { Run } from '../../src/runs/run.ts';
import { wrong } from '../../src/setup/finding.ts';
import { notePayload } from '../builders/payloads.ts';
import { ADMIN_TOKEN, setUpAdmin } from '../http/admin-set-up.ts';
import { aFullRun, aRun, ended } from '../queue/a-run.ts';
import { describeWith } from '../support/needs.ts';
import { barriers, usePages } from './pages.ts';

const PHONE = { width: 360, height: 740 };

describeWith(['chromium'], 'the dashboard', () => {
  const pageFor = usePages();

  async function open(
    runs: readonly Run[],
    options: BrowserContextOptions = {},
    settings: Parameters<typeof setUpAdmin>[1] = {},
  ) {
    const admin = setUpAdmin(runs, settings);
    await admin.server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = admin.server.server.address() as AddressInfo;
    const page = await pageFor({ baseURL: `http://127.0.0.1:${port}`, ...options });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 40\d/.test(message.text())) faults.push(message.text());
    });
    return { ...admin, page, faults };
  }

  async function signIn(page: Page, path = '/'): Promise<void> {
    await page.goto(path);
    await page.getByLabel('Admin token').fill(ADMIN_TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  }

  it('lets in who has the admin token, to where they wanted, until they sign out', async () => {
    const run = aRun();
    const { page, faults } = await open([run]);
    await page.goto(`/runs/${run.id}`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.getByLabel('Admin token').fill('a guess');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('That is not the admin token.');
    await page.getByLabel('Admin token').fill(ADMIN_TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Basket' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/runs/${run.id}`);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin token').waitFor();
    await page.goto('/');
    expect(new URL(page.url()).pathname).toBe('/login');
    expect(faults).toEqual([]);
  });

  it('shows a run move on without being reloaded, and leaves the keyboard where it is', async () => {
    const run = aRun();
    const { page, kept, faults } = await open([run]);
    await signIn(page);
    await page.getByText('queued', { exact: true }).locator('visible=true').last().waitFor();
    const link = page.getByRole('link', { name: 'Basket' });
    await link.focus();
    kept.set(run.id, ended(run));
    await page.locator('.state.succeeded').waitFor();
    expect(await link.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    await page.getByLabel('Person').fill('half a na');
    const fresh = aRun({ id: 'run-fresh' });
    kept.set(fresh.id, fresh);
    await page.locator('#run-fresh').waitFor();
    expect(await page.getByLabel('Person').inputValue()).toBe('half a na');
    expect(faults).toEqual([]);
  });

  it('narrows the list, keeps that in the address, and says what is wrong there', async () => {
    const { page } = await open([
      aRun({ id: 'run-a' }),
      aRun({ id: 'run-b', agent: 'codex' }),
      ended(aRun({ id: 'run-c' })),
    ]);
    await signIn(page);
    expect(await page.locator('tbody tr').count()).toBe(3);
    await page.getByLabel('State').selectOption('succeeded');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/state=succeeded/);
    expect(await page.locator('tbody tr').evaluateAll((rows) => rows.map(({ id }) => id))).toEqual(['run-c']);
    await page.getByRole('link', { name: 'Show all' }).click();
    await page.getByLabel('Of the last').fill('soon');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('alert').textContent()).toContain('since');
  });

  it('goes through all runs, page by page', async () => {
    const runs = Array.from({ length: 120 }, (_, index) =>
      aRun({ id: `run-${index}`, createdAt: new Date(Date.now() - index * 1_000).toISOString() }),
    );
    const { page } = await open(runs);
    await signIn(page);
    const seen = new Set<string>();
    for (;;) {
      for (const id of await page.locator('tbody tr').evaluateAll((rows) => rows.map(({ id }) => id)))
        seen.add(id);
      const older = page.getByRole('link', { name: 'Older runs' });
      if ((await older.count()) === 0) break;
      await older.click();
      await page.waitForLoadState();
    }
    expect(seen.size).toBe(120);
  });

  it('stops a run and starts it again, by the keyboard alone', async () => {
    const run = aRun();
    const { page, kept, stops } = await open([run]);
    await page.goto('/');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to content');
    const to = async (name: string) => {
      for (let presses = 0; presses < 30; presses += 1) {
        const focused = await page
          .locator(':focus')
          .evaluate((element) => [element.textContent, element.closest('label')?.textContent]);
        if (focused.some((text) => text?.startsWith(name))) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`the keyboard does not get to ${name}`);
    };
    await to('Admin token');
    await page.keyboard.type(ADMIN_TOKEN);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.keyboard.press('Tab');
    await to('Basket');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Basket' }).waitFor();
    await page.keyboard.press('Tab');
    await to('Stop');
    await page.keyboard.press('Enter');
    await page.getByText('the operator asked it to stop.').waitFor();
    expect(stops.get(run.id)?.by).toBe('the operator');

    kept.set(run.id, {
      ...run,
      outcome: { kind: 'cancelled', by: 'the operator' },
      finishedAt: new Date().toISOString(),
    });
    await page.getByRole('button', { name: 'Start again' }).waitFor();
    await page.locator('.skip').focus();
    await to('Start again');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: run.id }).waitFor();
    expect([...kept.values()].filter(({ retryOf }) => retryOf === run.id)).toHaveLength(1);
  });

  it('explains a payload that is pasted', async () => {
    const { page } = await open([]);
    await signIn(page, '/simulate');
    await page.getByLabel('Payload (JSON)').fill('{');
    await page.getByRole('button', { name: 'Simulate' }).click();
    expect(await page.getByRole('alert').textContent()).toBe('The payload is not JSON.');
    await page
      .getByLabel('Payload (JSON)')
      .fill(JSON.stringify(notePayload('<script>alert(1)</script> hello')));
    await page.getByRole('button', { name: 'Simulate' }).click();
    await page.getByText('Would do nothing').waitFor();
    expect(await page.getByLabel('Payload (JSON)').inputValue()).toContain('<script>alert(1)</script>');
  });

  it('lists deliveries as they come, and keeps unfolded what somebody has unfolded', async () => {
    const { page, deliveries, faults } = await open([]);
    await signIn(page, '/deliveries');
    await page.getByText('No deliveries yet.').waitFor();
    const comment = { by: 'delivery', event: 'note', project: 'acme/shop', user: 'ada' } as const;
    const verdicts = [{ trigger: 'claude', matched: false, reason: 'It is <b>confidential</b>.' }];
    deliveries.add({
      ...comment,
      outcome: 'ignored',
      item: { type: 'issue', iid: 3 },
      noteId: 900,
      verdicts,
    });
    await page.getByText('1 trigger').click();
    expect(await page.getByText('claude: It is <b>confidential</b>.').isVisible()).toBe(true);
    expect(await page.getByRole('link', { name: 'acme/shop#3 note 900' }).getAttribute('href')).toMatch(
      /acme\/shop\/-\/issues\/3#note_900$/,
    );
    deliveries.add({ ...comment, outcome: 'accepted', project: 'acme/docs', runs: ['r1'] });
    await page.getByText('acme/docs').waitFor();
    expect(await page.getByText('claude: It is').isVisible()).toBe(true);
    await page.getByLabel('Outcome').selectOption('accepted');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/outcome=accepted/);
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.goto('/deliveries?project=a//b');
    expect(await page.getByRole('alert').textContent()).toContain('project');
    expect(faults).toEqual([]);
  });

  it('says how full the queue is, and which agent is paused', async () => {
    const { page, faults } = await open([]);
    await signIn(page, '/queue');
    await page.getByText('3 of 50 runs are active, 1 wait for their turn.').waitFor();
    const row = (name: string) => page.getByRole('row', { name }).textContent();
    expect(await row('claude')).toMatch(/3 of 3.*full/);
    expect(await row('codex')).toMatch(/0 of 20.*paused by its rate until 2026-03-02 11:00:00/);
    expect(await row('acme/shop')).toMatch(/3 of 5.*free/);
    expect(faults).toEqual([]);
  });

  it('says why nothing happened, from the first page, by the keyboard alone', async () => {
    const asked: string[] = [];
    const findings = [
      { about: 'comment', state: 'wrong', text: 'It mentions <b>nobody</b>.', link: 'javascript:alert(1)' },
      { about: 'webhook', state: 'ok', text: 'The webhook is on.' },
    ] as const;
    const { page, faults } = await open(
      [],
      {},
      {
        why: async (url) => {
          asked.push(url);
          return {
            url,
            conclusion: 'It mentions nobody.',
            remedy: 'Write it again.',
            runs: ['r1'],
            findings: [...findings],
          };
        },
      },
    );
    await signIn(page);
    const url = 'https://gitlab.test/acme/shop/-/issues/3#note_900';
    await page.getByLabel('Address of a comment').focus();
    await page.keyboard.type(url);
    await page.keyboard.press('Enter');
    await page.getByText('Write it again.').waitFor();
    expect(asked).toEqual([url]);
    expect(await page.getByLabel('Address of a comment').inputValue()).toBe(url);
    expect(await page.getByText('It mentions <b>nobody</b>.').isVisible()).toBe(true);
    expect(await page.getByRole('img', { name: 'Wrong' }).textContent()).toBe('✗');
    expect(await page.getByRole('link', { name: 'Run r1' }).getAttribute('href')).toBe('/runs/r1');
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
    await page.setViewportSize(PHONE);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
    expect(await barriers(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('says how agents and triggers are', async () => {
    const failed = { ...aFullRun(), trigger: 'claude' };
    const login = { subject: { kind: 'agent', name: 'claude' } } as const;
    const findings = [wrong('The token ends tomorrow.', 'Make a new one.', 'https://gitlab.test/tokens')];
    const { page } = await open([failed, aRun()], {}, { tokens: [{ login, findings }] });
    await signIn(page, '/agents');
    const health = page.getByRole('region', { name: 'claude' });
    expect(await health.getByRole('img', { name: 'Wrong' }).count()).toBe(1);
    expect(await health.textContent()).toContain('The token ends tomorrow.Make a new one.');
    expect(await health.getByRole('link').getAttribute('href')).toBe('https://gitlab.test/tokens');
    await page.getByText('2 runs, 1 failed').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it('works without scripts', async () => {
    const run = aRun();
    const { page, stops } = await open([run], { javaScriptEnabled: false });
    await signIn(page);
    await page.getByRole('link', { name: 'Basket' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('asked it to stop').waitFor();
    expect(stops.size).toBe(1);
  });

  it.each(['light', 'dark'] as const)(
    'has no barriers that axe-core finds, and fits a phone: %s',
    async (colorScheme) => {
      const full = aFullRun();
      const { page, deliveries } = await open([full, aRun(), ended(aRun())], { colorScheme });
      for (const outcome of KeptOutcome.options)
        deliveries.add({
          by: 'delivery',
          outcome,
          project: `acme/${'long-name-'.repeat(8)}`,
          reason: 'The comment mentions nobody.',
          verdicts: [{ trigger: 'claude', matched: true, reason: 'It was mentioned.' }],
        });
      await page.goto('/login');
      expect(await barriers(page)).toEqual([]);
      await signIn(page);
      for (const path of [
        '/',
        `/runs/${full.id}`,
        '/deliveries',
        '/queue',
        '/why',
        '/agents',
        '/simulate',
        '/runs/nope',
      ]) {
        await page.goto(path);
        expect(await barriers(page), path).toEqual([]);
        const wide = page.viewportSize() ?? PHONE;
        await page.setViewportSize(PHONE);
        expect(
          await page.evaluate('document.documentElement.scrollWidth'),
          `width of ${path}`,
        ).toBeLessThanOrEqual(PHONE.width);
        expect(await barriers(page), `${path} on a phone`).toEqual([]);
        await page.setViewportSize(wide);
      }
    },
    // Each page twice, on a machine that may be busy.
    60_000,
  );

  it('shows what strangers wrote as text', async () => {
    const run = aRun();
    const title = '<img src=x onerror=alert(1)> "quoted" & more';
    const url = 'javascript:alert(1)';
    const { resource } = run.event;
    const event = { ...run.event, resource: { ...resource, title, url } } as Run['event'];
    const { page, faults } = await open([{ ...run, event }]);
    await signIn(page);
    await page.getByRole('link', { name: title }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(await page.locator('img, a[href^="javascript"]').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('does nothing for a form of another site', async () => {
    const run = aRun();
    const { page, stops, server } = await open([run]);
    await signIn(page);
    const { port } = server.server.address() as AddressInfo;
    // Another host to the browser, although the same machine.
    const other = `http://localhost:${port}`;
    await page.route(`${other}/evil`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="http://127.0.0.1:${port}/runs/${run.id}/cancel"><button>Win a prize</button></form>`,
      }),
    );
    await page.goto(`${other}/evil`);
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Not signed in' }).waitFor();
    expect(stops.size).toBe(0);
  });
});
