import { describe, expect, it } from 'vitest';
import { type RunSummary, summaryOf } from '../../src/admin/view.ts';
import { chatText } from '../../src/notify/chat-text.ts';
import { aFullRun, aRun, ended } from '../queue/a-run.ts';

const PAGE = 'https://beckon.example.com/runs/r1';
const failed = summaryOf(aFullRun(), 0);
const shown = (fields: Partial<RunSummary>) => chatText({ ...failed, ...fields }, PAGE);

describe('a run in a chat', () => {
  it('is one line with what there is to know', () => {
    expect(chatText(failed, PAGE)).toBe(
      `❌ claude failed on <https://gitlab.test/acme/shop/-/issues/3|acme/shop#\u20603> \`Basket\` for ada: \`script failure\`. <${PAGE}|See the run>`,
    );
    expect(chatText(summaryOf(aRun(), 0), undefined)).toMatch(
      /^⏳ claude queued on <[^|]+\|[^>]+> `Basket` for ada: `looks whether it may start`\.$/,
    );
  });

  it('has a link to the merge request', () => {
    const run = {
      ...ended(aRun()),
      outcome: { kind: 'merge_request', iid: 31, url: 'https://gitlab.test/m/31' },
    } as const;
    expect(chatText(summaryOf(run, 0), undefined)).toContain(
      ': <https://gitlab.test/m/31|merge request !31>.',
    );
  });

  it('without an item or a title has neither', () => {
    expect(shown({ item: null, title: null })).toMatch(/ on acme\/shop for ada: /);
  });

  it.each([
    '<!channel> <!here> <@U024BE7LH>',
    '<https://evil.example|your bank>',
    '@all @here @channel',
    '[your bank](https://evil.example) ![x](/y)',
    'https://evil.example www.evil.example',
    '`<!channel>` *bold* _italic_ ~struck~ `',
    'one\ntwo\r\n> three',
    '&lt;!channel&gt; | |> \u202e',
  ])('calls nobody, links nowhere and ends nothing, whatever others wrote: %j', (text) => {
    const line = shown({
      title: text,
      result: text,
      user: text,
      agent: text,
      project: text,
      item: { type: 'issue', iid: 3, url: `https://x/${text}` },
    });
    const links = [...line.matchAll(/<[^>]*>/g)].map(([found]) => found);
    expect(links).toHaveLength(2);
    expect(links[0]).toMatch(/^<https:\/\/x\/[^|<>\s]*\|[^|<>]*>$/);
    expect(links[1]).toBe(`<${PAGE}|See the run>`);
    const rest = links.reduce((left, found) => left.replace(found, ''), line);
    expect(rest).not.toMatch(/[<>\n\r\u202e]|@\w|\/\/|www\.|\]\(/);
    // Title and result are the only code, so nothing else can begin or end any.
    expect(shown({ title: text, result: text }).match(/`/g)).toHaveLength(4);
  });
});
