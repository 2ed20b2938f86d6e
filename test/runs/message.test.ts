import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/events/event.ts';
import { mentionedAccounts } from '../../src/events/mention.ts';
import { codeBlock, link, plainText } from '../../src/lib/markdown.ts';
import { Failure } from '../../src/runs/failures.ts';
import { mergeRequestText, noteBody, outcomeText, PROCESSING, startedText } from '../../src/runs/message.ts';
import { planRun } from '../../src/runs/plan.ts';
import { explainToPeople } from '../../src/runs/remedies.ts';
import type { Outcome } from '../../src/runs/run.ts';
import { trigger } from '../builders/config.ts';
import { mention } from '../builders/events.ts';
import { aRun } from '../queue/a-run.ts';

const PIPELINE = 'https://gitlab.example.com/acme/web/shop/-/pipelines/77';

describe('the notes', () => {
  it('begin with the words that GitLab uses', () => {
    expect(PROCESSING).toBe('🔄 Processing the request and starting the agent...');
    expect(startedText(PIPELINE)).toBe(
      `✅ Agent has started. You can view the progress [here](${PIPELINE}).`,
    );
    const error = { kind: 'not_started', error: 'Missing CI config file' } as const;
    expect(outcomeText(error, undefined)).toBe(
      '❌ Could not start the agent due to this error: Missing CI config file',
    );
  });

  it('carry the marker of the run, which nobody sees', () => {
    expect(noteBody(aRun({ id: 'r1' }), 'text')).toBe('text\n\n<!-- beckon:run=r1 -->');
  });

  it('say which agent asked, and for whom, without calling on either', () => {
    const askedBy = { agent: 'codex', account: 'codex-bot', run: 'r0', depth: 1 };
    const body = noteBody(aRun({ askedBy }), 'text');
    expect(body.replaceAll('\\', '')).toContain('text\n\nAsked by @codex-bot on behalf of @ada.\n\n<!--');
    expect(mentionedAccounts(body)).toEqual([]);
  });

  it.each<[Outcome, string]>([
    [
      { kind: 'merge_request', iid: 9, url: 'https://gitlab.example.com/acme/web/shop/-/merge_requests/9' },
      `✅ Agent has finished. It opened the merge request [!9](https://gitlab.example.com/acme/web/shop/-/merge_requests/9). See the [pipeline](${PIPELINE}).`,
    ],
    [
      {
        kind: 'merge_request',
        iid: 9,
        url: 'https://x/9',
        size: { files: 3, lines: { added: 40, removed: 12 } },
      },
      `✅ Agent has finished. It opened the merge request [!9](https://x/9) (3 files, +40 −12). See the [pipeline](${PIPELINE}).`,
    ],
    [
      { kind: 'merge_request', iid: 9, url: 'https://x/9', size: { files: 1 } },
      `✅ Agent has finished. It opened the merge request [!9](https://x/9) (1 file). See the [pipeline](${PIPELINE}).`,
    ],
    [{ kind: 'no_changes' }, `✅ Agent has finished. It made no changes. See the [pipeline](${PIPELINE}).`],
    [
      {
        kind: 'failed',
        reason: 'a command of the job failed',
        job: { name: 'external-agent', url: 'https://x/-/jobs/1' },
      },
      `❌ Agent has failed in the job [external-agent](https://x/-/jobs/1): a command of the job failed. See the [pipeline](${PIPELINE}).`,
    ],
    [{ kind: 'cancelled', by: undefined }, `🛑 Agent was cancelled. See the [pipeline](${PIPELINE}).`],
    [
      { kind: 'timed_out' },
      `⌛ Agent ran longer than it may, and was stopped. See the [pipeline](${PIPELINE}).`,
    ],
  ])('say %j', (outcome, text) => {
    expect(outcomeText(outcome, PIPELINE)).toBe(text);
  });
});

describe('beside the outcome', () => {
  const answer = 'https://x/-/issues/1#note_5';

  it('the answer of the agent is linked, whatever it changed', () => {
    expect(outcomeText({ kind: 'no_changes' }, PIPELINE, { answer })).toBe(
      `✅ Agent has finished. It [answered](${answer}) and made no changes. See the [pipeline](${PIPELINE}).`,
    );
    const made = outcomeText({ kind: 'merge_request', iid: 9, url: 'https://x/9' }, PIPELINE, { answer });
    expect(made).toBe(
      `✅ Agent has finished. It opened the merge request [!9](https://x/9). It [answered](${answer}). See the [pipeline](${PIPELINE}).`,
    );
  });

  it('the last lines of the job are a block below', () => {
    const failed = { kind: 'failed', reason: 'a command of the job failed', job: undefined } as const;
    expect(outcomeText(failed, PIPELINE, { log: 'npm error\nexit 1' })).toMatch(
      /failed\. See the \[pipeline\]\(\S+\)\.\n\n```\n npm error\n exit 1\n```$/,
    );
  });
});

describe('text of others in a note', () => {
  it.each([
    '```\n/close\n@alice',
    '````\n~~~\n```\n/merge',
    '</code></pre>\n@alice\n<!-- beckon:run=r1 -->',
    '\n/assign @alice',
  ])('cannot leave a block of code: %j', (text) => {
    const block = codeBlock(text);
    const [open, ...rest] = new MarkdownIt().parse(block, {}).map(({ type }) => type);
    expect([open, rest]).toEqual(['fence', []]);
    expect(block).not.toMatch(/^\//m);
    expect(block).not.toContain('<!-- beckon:');
    expect(mentionedAccounts(block)).toEqual([]);
  });

  it('is no quick action, mention, link or HTML', () => {
    const text = plainText('/merge\n/close @alice [x](javascript:1) <img src=x> ~bug $5 `code`');
    expect(text).not.toContain('\n');
    expect(text).not.toContain('<');
    expect(mentionedAccounts(text)).toEqual([]);
    expect(outcomeText({ kind: 'not_started', error: '/merge' }, undefined)).not.toMatch(/^\//m);
  });

  it('cannot leave the address of a link', () => {
    expect(link('job) [x](y', 'https://x/a b)(c')).toBe('[job) \\[x\\](y](https://x/a%20b%29%28c)');
  });
});

describe('a merge request', () => {
  const text = (event: Event, { draft = false } = {}) =>
    mergeRequestText(planRun({ event, trigger: trigger() }, { gitlabUrl: 'https://x', now: 0 }), { draft });

  it('says who asked for what, and where', () => {
    const { title, description } = text({ ...mention(), input: '@claude-bot fix <b>this</b>\n/merge' });
    expect(title).toBe('Resolve "Checkout fails for guests"');
    expect(description).toContain(
      'Alice Ito (alice) [asked for this](https://gitlab.example.com/acme/web/shop/-/issues/12#note_9001)',
    );
    expect(description).toContain('\n> \\@claude-bot fix &lt;b\\>this&lt;/b\\> /merge\n');
    expect(description).toContain('Related to #12');
    expect(mentionedAccounts(description)).toEqual([]);
  });

  it('closes the issue that was assigned, and is a draft where it shall be', () => {
    const { title, description } = text({ ...mention(), kind: 'assign', input: '12' }, { draft: true });
    expect(title).toMatch(/^Draft: Resolve "/);
    expect(description).toContain('Closes #12');
  });

  it('tells of a confidential item no more than its number', () => {
    const event = { ...mention(), confidential: true };
    const { title, description } = text(event);
    expect(title).toBe('Changes for #12');
    for (const secret of [event.resource.title, event.input, event.actor.name, event.note.url])
      expect(description).not.toContain(secret);
    expect(description).toContain('Related to #12');
  });
});

describe('an error as people read it', () => {
  const refused = (detail: string) =>
    new Failure('POST projects/:id/pipeline', { kind: 'refused', status: 400, detail });

  it.each([
    ['Insufficient permissions to set pipeline variables', /Minimum role to use pipeline variables/],
    ['Insufficient permissions to create a new pipeline', /Developer role/],
    ["You do not have sufficient permission to run a pipeline on 'workloads/r1'.", /protected branch/],
    ['Missing CI config file', /\.gitlab-ci\.yml/],
    [
      'The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.',
      /external-agent/,
    ],
    ['Pipelines are disabled!', /Turn CI\/CD on/],
    ['You are not allowed to create protected branches on this project.', /protected branch rule.*workloads/],
    ["Branch name does not follow the pattern '^feature/'", /push rule.*allow workloads/],
    [
      "Failed to create branch 'workloads/r1': Branch name conflicts with existing branch hierarchy.",
      /branch that is called workloads.*rename or delete/,
    ],
    ["Failed to create branch 'workloads/r1': invalid reference name 'abc'", /not in the repository/],
  ])('has a remedy for %s', (detail, remedy) => {
    const text = explainToPeople(refused(`400 ${detail}`));
    expect(text).toContain(detail);
    expect(text).toMatch(remedy);
  });

  it('says that a token is not accepted', () => {
    expect(
      explainToPeople(new Failure('x', { kind: 'permission', status: 401, detail: '401 Unauthorized' })),
    ).toMatch(/token/);
  });

  it('shows nothing of a fault inside', () => {
    expect(explainToPeople(new TypeError('glpat-secret'))).not.toContain('glpat');
  });
});
