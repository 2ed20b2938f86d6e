import { rm } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../support/browser.ts';
import { describeWith } from '../../support/needs.ts';
import { newFolder } from '../../support/temporary.ts';
import { startDemoGitLab } from '../demo/demo-gitlab.ts';
import { PERSONA, seed } from '../demo/seed.ts';
import type { StandInGitLab } from '../start.ts';
import { noteableUrl, pipelineUrl } from '../world/urls.ts';

describeWith(['chromium'], 'the pages of the stand-in GitLab, in a browser', () => {
  let folder: string;
  let gitlab: StandInGitLab;
  let browser: Browser;

  beforeAll(async () => {
    folder = await newFolder();
    gitlab = await startDemoGitLab(folder);
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await gitlab?.webhooksSettled();
    await gitlab?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('show an issue with its thread, take a comment and a reply, and keep themselves current', async () => {
    const { world } = gitlab;
    const { issue } = await seed(world);
    const page = await browser.newPage();
    await page.goto(`${gitlab.url}/`);
    await page.getByRole('link', { name: 'acme/web/shop' }).click();
    await page.getByRole('link', { name: /Checkout fails/ }).click();
    expect(page.url()).toBe(noteableUrl(issue, world));

    await page.getByRole('textbox', { name: 'Comment' }).fill('Who can look at **this**? <b>soon</b>');
    await page.getByRole('button', { name: 'Comment' }).click();
    await page.getByText('Who can look at').waitFor();
    expect(await page.locator('.note strong').textContent()).toBe('this');
    expect(await page.locator('.note b').count()).toBe(0);

    const [note] = [...world.state.notes.values()].filter((candidate) => !candidate.system);
    if (note === undefined) throw new Error('the comment was written');
    world.comment({
      issue,
      author: 'scribe-bot',
      body: '🔄 Processing\n\n<!-- hidden -->',
      discussionId: note.discussionId,
    });
    await page.getByText('🔄 Processing').waitFor({ timeout: 5_000 });
    expect(await page.content()).not.toContain('hidden -->');

    await page.getByRole('textbox', { name: 'Reply' }).fill('Thank you');
    await page.getByRole('button', { name: 'Reply' }).click();
    await page.getByText('Thank you').waitFor();
    const thread = [...world.state.notes.values()].filter(
      ({ discussionId }) => discussionId === note.discussionId,
    );
    expect(thread.map(({ body }) => body)).toContain('Thank you');
    expect(world.state.users.get(thread.at(-1)?.authorId ?? 0)?.username).toBe(PERSONA);
    await page.close();
  }, 60_000);

  it('show a pipeline with the log of its job', async () => {
    const { world } = gitlab;
    const page = await browser.newPage();
    const project = 'acme/web/shop';
    await world.createBranch({ project, by: 'scribe-bot', branch: 'workloads/r1', ref: 'main' });
    const pipeline = await world.createPipeline({
      project,
      user: 'echo-bot',
      source: 'api',
      ref: 'workloads/r1',
      variables: Object.entries({
        AI_FLOW_EVENT: 'mention',
        AI_FLOW_AGENT: 'echo',
        AI_FLOW_ID: 'r1',
        CI_WORKLOAD_REF: 'workloads/r1',
        AI_FLOW_INPUT: 'hello',
      }).map(([key, value]) => ({ key, value, variableType: 'env_var' as const })),
    });
    await page.goto(pipelineUrl(pipeline, world));
    await page.getByRole('link', { name: 'echo-agent' }).waitFor();
    await page.locator('.badge.failed, .badge.success').first().waitFor({ timeout: 30_000 });
    await page.getByRole('link', { name: 'echo-agent' }).click();
    expect(await page.locator('pre').textContent()).toContain('committed notes/r1.md');
    await page.close();
  }, 60_000);

  it('say that there is nothing where there is nothing', async () => {
    expect((await fetch(`${gitlab.url}/acme/none`)).status).toBe(404);
    expect((await fetch(`${gitlab.url}/acme/web/shop/-/issues/999`)).status).toBe(404);
  });
});
