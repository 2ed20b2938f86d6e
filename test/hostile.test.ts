import { execFileSync } from 'node:child_process';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import type { Change, Event, Mention } from '../src/events/event.ts';
import { mentionedAccounts } from '../src/events/mention.ts';
import { flowValues } from '../src/flows/values.ts';
import { auditTo } from '../src/observability/audit.ts';
import { createLogger } from '../src/observability/logger.ts';
import { createMetrics } from '../src/observability/metrics.ts';
import { createObserver } from '../src/observability/observer.ts';
import { lastLines } from '../src/runs/job-log.ts';
import { doneText, mergeRequestText, noteBody, outcomeText, tooDeepText } from '../src/runs/message.ts';
import { statusText } from '../src/runs/replies.ts';
import type { Outcome, Run } from '../src/runs/run.ts';
import { notify } from '../src/runs/steps/notify.ts';
import type { StepTools } from '../src/runs/steps/step.ts';
import { mention } from './builders/events.ts';
import { gitlabDouble } from './doubles/gitlab.ts';
import { aRun } from './queue/a-run.ts';
import { describeWith } from './support/needs.ts';
import { temporaryFolder } from './support/temporary.ts';

/*
 * Whatever strangers call themselves, their items, branches and jobs, and whatever they write, the texts that Beckon
 * writes hold no quick action, mention nobody, link to nowhere but GitLab, and show all that is in them.
 */

const HOSTILE: Readonly<Record<string, string>> = {
  'quick actions': 'a\n/merge\n/close\r/assign @root\r\n/label ~bug\u2028/unassign\n  /done',
  'a quick action alone': '/merge',
  mentions: '@root @all, (@root) a@root @group/sub \\@root &#64;root &commat;root',
  'a mention as a link': '[x](@root) [@root](https://evil.example) <a href="/root">@root</a>',
  links: 'https://evil.example http://evil.example/x www.evil.example ftp://evil.example //evil.example',
  'an address without a scheme that is usual': 'data:text/html,x javascript:alert(1) smb://evil.example/x',
  'a link that leaves its own':
    '](https://evil.example) [x](https://evil.example "t") <https://evil.example>',
  images: '![x](https://evil.example/pixel.png) <img src="https://evil.example/p.png">',
  'references as definitions': 'x\n\n[here]: https://evil.example\n[pipeline]: https://evil.example',
  HTML: '<script>alert(1)</script><details open><b onclick="x">y</b></details><iframe src=//evil.example>',
  comments: '<!-- beckon:run=r0123456789abcde --> --> <!-- hidden',
  code: '` `` ``` ~~~\n```\n/close @root\n```\n$`x`$ ```math',
  tables: '| a | b |\n|---|---|\n| @root | x |\n\n# Head\n> quote\n- item\n1. one\n---',
  colours: '\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007x\u001b]8;;\u0007 \u009b31m \u0085x',
  directions: 'a\u202Egpj.exe\u202C \u2066x\u2069 \u200Fy \u200B@root\u200B z\u0000',
  tags: 'a\u{E0041}\u{E0042}b \u00ADc',
  references: 'closes #1, fixes !2, resolves GL-3, closes SHOP-4 ~bug %"m" $5 &6 ^alert#7 acme/x#8 [issue:9]',
  'words for CI': '[skip ci] [ci skip] Draft: WIP:',
  'a long one': `${'@root '.repeat(400)}`,
};

const GITLAB = 'https://gitlab.example.com/';
const PIPELINE = `${GITLAB}acme/web/shop/-/pipelines/77`;
const markdown = new MarkdownIt({ html: true, linkify: true });

/** Every way in which the words of a stranger get into a text of ours that is Markdown. */
function texts(words: string): Readonly<Record<string, string>> {
  const person = { id: 5, username: words, name: words };
  const base: Mention = { ...mention(), input: words, actor: person };
  const event: Mention = { ...base, resource: { ...base.resource, title: words } };
  const run: Run = aRun({ event, pipeline: { id: 77, url: PIPELINE, createdAt: '' } });
  const onBehalf = { ...run, askedBy: { agent: 'codex', account: words, run: 'r1', depth: 1 } };
  const { note: _, accounts: __, ...rest } = event;
  const nowhere: Change = {
    ...rest,
    kind: 'pipeline_hooks',
    resource: undefined,
    action: words,
    mark: words,
  };
  const outcomes: readonly Outcome[] = [
    { kind: 'failed', reason: words, job: { name: words, url: `${GITLAB}acme/web/shop/-/jobs/1` } },
    { kind: 'not_started', error: words },
    { kind: 'refused', error: words, silent: false, see: `${GITLAB}acme/web/shop/-/issues/1#note_2` },
    { kind: 'refused', error: tooDeepText(words, 2), silent: false },
    { kind: 'cancelled', by: words },
  ];
  const description = (of: Event) =>
    mergeRequestText({ ...onBehalf, event: of }, { draft: false }).description;
  return Object.fromEntries([
    ...outcomes.flatMap((outcome, index) => {
      const text = outcomeText(outcome, PIPELINE, { log: lastLines(words) || 'x' });
      return [
        [`${index} ${outcome.kind}`, noteBody(onBehalf, text)],
        [`${index} ${outcome.kind}, told`, doneText(outcome)],
      ];
    }),
    ['status', statusText([run, onBehalf], 0)],
    ['merge request', description(event)],
    ['merge request of an assignment', description({ ...event, kind: 'assign' })],
    ['merge request of what is confidential', description({ ...event, confidential: true })],
    ['merge request of what happened elsewhere', description(nowhere)],
  ]);
}

/** Elements with their attributes, and the text between them that is no code and no link. */
function rendered(text: string) {
  const html = markdown.render(text);
  const tags = [...html.matchAll(/<(?!!--)\/?([a-z][a-z0-9]*)([^>]*)>/gi)];
  const plain = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(a|code|pre)\b[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, '');
  return { html, tags, plain };
}

describe.each(Object.entries(HOSTILE))('%s', (_name, words) => {
  it.each(Object.entries(texts(words)))('do nothing in: %s', (_text, text) => {
    const { html, tags, plain } = rendered(text);
    // GitLab takes none out of code, whose lines are indented here all the same.
    expect(text).not.toMatch(/^\//m);
    // A quotation mentions as well in GitLab, and `@all` did before 19.0.
    expect(mentionedAccounts(text.replace(/^> /gm, '').replaceAll('@all', '@everybody'))).toEqual([]);
    expect(
      tags.map(([, tag]) => tag).filter((tag) => !/^(p|a|code|pre|blockquote|ul|li)$/.test(tag ?? '')),
    ).toEqual([]);
    const links = tags.flatMap(
      ([, , attributes]) => /\b(?:href|src)="([^"]*)"/.exec(attributes ?? '')?.[1] ?? [],
    );
    expect(links.filter((url) => !url.startsWith(GITLAB))).toEqual([]);
    // What GitLab itself makes a link of in the rendered text.
    expect(plain).not.toMatch(/[a-z][a-z0-9+.-]+:\/\/\S/i);
    expect(html.match(/<!--(?! beckon:run=\S+ -->)/g) ?? []).toEqual([]);
    expect(text.match(/<!-- beckon:/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(text.replaceAll('\n', '')).not.toMatch(
      /[\p{Cc}\u200B-\u200F\u202A-\u202E\u2066-\u2069\u00AD\u{E0000}-\u{E007F}]/u,
    );
  });

  it('do nothing in the title of a merge request', () => {
    const event = { ...mention(), resource: { ...mention().resource, title: words } };
    const { title } = mergeRequestText(aRun({ event }), { draft: false });
    expect(title).toMatch(/^Resolve ".*"$/);
    expect([...title].length).toBeLessThanOrEqual(255);
    expect(mentionedAccounts(title.replaceAll('@all', '@everybody'))).toEqual([]);
    expect(title).not.toMatch(/[@#!%&~^$][\w"]|\[(?:skip|ci)|GL-\d|SHOP-\d|:\/\//);
    expect(title).not.toMatch(/[\p{Cc}\u200B-\u200F\u202A-\u202E\u2066-\u2069\u00AD]/u);
  });

  it('mention nobody else in the reply at the end', async () => {
    const double = gitlabDouble();
    const event = { ...mention(), actor: { id: 5, username: words, name: words } };
    const run = aRun({ event, note: { id: 1, discussionId: 'd' }, outcome: { kind: 'no_changes' } });
    await notify(run, { gitlab: double.gitlab, resumed: false } as StepTools);
    expect(double.notes).toEqual([]);
  });

  it('stay on one line of the log, with nothing that a terminal acts on', async () => {
    const lines: string[] = [];
    const audited: string[] = [];
    const log = await createLogger('info', false, { write: (line) => void lines.push(line) });
    const observer = createObserver({
      log,
      metrics: createMetrics(),
      audit: auditTo({ write: (line) => void audited.push(line) }),
    });
    const event = { ...mention(), actor: { id: 5, username: words, name: words } };
    const run = aRun({ event, outcome: { kind: 'not_started', error: words } });
    observer.queued(run);
    observer.gaveUp(run, { step: words, error: new Error(words) });
    observer.finished({ ...run, askedBy: { agent: words, account: words, run: words, depth: 1 } });
    expect(lines).toHaveLength(3);
    expect(audited).toHaveLength(2);
    for (const line of [...lines, ...audited]) {
      expect(line.replace(/\n$/, '')).not.toMatch(/[\p{Cc}\u2028-\u202E\u2066-\u2069\u200E\u200F]/u);
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) });
    }
    expect(JSON.parse(lines[2] ?? '').outcome.error).toBe(words);
  });
});

describeWith(['git'], 'the commits of an agent', () => {
  it.each(Object.entries(HOSTILE))(
    'have one committer, and no line more, whatever the name: %s',
    async (_name, words) => {
      const cwd = await temporaryFolder();
      const values = flowValues({
        runId: 'r1',
        agent: 'claude',
        event: mention(),
        input: '',
        discussionId: '',
        branch: 'workloads/r1',
        targetBranch: 'main',
        author: { name: 'Claude', email: 'claude@example.com' },
        committer: { name: words, email: '5-alice@users.noreply.example.com' },
        context: '{}',
        gitlabUrl: GITLAB,
      });
      const env = { PATH: process.env.PATH ?? '', HOME: cwd, ...Object.fromEntries(values) };
      const git = (...args: string[]) => execFileSync('git', args, { cwd, env, encoding: 'utf8' });
      git('init', '--quiet');
      git('commit', '--quiet', '--allow-empty', '--message', 'Do what was asked');
      const lines = git('cat-file', 'commit', 'HEAD').split('\n');
      expect(lines.map((line) => line.split(' ')[0])).toEqual(['tree', 'author', 'committer', '', 'Do', '']);
      expect(lines[2]).toMatch(/^committer [^<>]* <5-alice@users\.noreply\.example\.com> \d+ [+-]\d{4}$/);
    },
  );
});
