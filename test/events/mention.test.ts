import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mentionedAccounts } from '../../src/events/mention.ts';

describe('mentionedAccounts', () => {
  it.each([
    ['@claude-bot fix', ['claude-bot']],
    ['hi @Claude-Bot, please', ['claude-bot']],
    ['(@claude-bot)', ['claude-bot']],
    ['look @claude-bot.', ['claude-bot']],
    ['**@claude-bot**', ['claude-bot']],
    ['first\n@claude-bot', ['claude-bot']],
    ['- @claude-bot do it', ['claude-bot']],
    ['@claude-bot and @codex-bot, and @claude-bot again', ['claude-bot', 'codex-bot']],
    ['| who |\n|---|\n| @claude-bot |', ['claude-bot']],
    ['<kbd>@claude-bot</kbd>', ['claude-bot']],
    ['é@claude-bot', ['claude-bot']],
    ['`a` @claude-bot `b`', ['claude-bot']],
    ['\\\\@claude-bot', ['claude-bot']],
    ['> earlier\n\n@claude-bot now', ['claude-bot']],
    ['[Claude](@claude-bot)', ['claude-bot']],
    ['<a href="@claude-bot">the bot</a>', ['claude-bot']],
    ['gitlab.com/@claude-bot', ['claude-bot']],
    ['&#64;claude-bot', ['claude-bot']],
    ['&commat;claude-bot', ['claude-bot']],
    ['>>>\nnever closed @claude-bot', ['claude-bot']],
    ['{+ never closed @claude-bot', ['claude-bot']],
    ['<div>\n@claude-bot\n</div>', ['claude-bot']],
    ['text[^1]\n\n[^1]: see @claude-bot', ['claude-bot']],
  ])('finds them in %j', (text, names) => {
    expect(mentionedAccounts(text)).toEqual(names);
  });

  it.each([
    ['another name that begins alike', '@claude-bot-dev please', ['claude-bot-dev']],
    ['another name that goes on', '@claude-botter', ['claude-botter']],
    ['an e-mail address', 'write to x@claude-bot.com', []],
    ['inline code', 'say `@claude-bot fix`', []],
    ['a fenced block', '```\n@claude-bot\n```', []],
    ['a fence of tildes that is never closed', '~~~\n@claude-bot', []],
    ['indented code', 'text\n\n    @claude-bot', []],
    ['a quote', '> @claude-bot fix\n', []],
    ['a multi-line quote', '>>>\n@claude-bot fix\n>>>\n', []],
    ['a comment', 'a <!-- @claude-bot --> b', []],
    ['the text of a link', '[@claude-bot](https://example.com)', []],
    ['an address', 'https://gitlab.example.com/@claude-bot', []],
    ['an escape', '\\@claude-bot', []],
    ['a group', '@claude-bot/team', []],
    ['raw code', '<code>@claude-bot</code>', []],
    ['an address without a scheme', 'www.example.com/@claude-bot', []],
    ['an inline diff', 'a {+ @claude-bot +} b [- @codex-bot -]', []],
    ['front matter', '---\nowner: "@claude-bot"\n---\n\nHello', []],
    ['everybody', '@all look', []],
    ['a quote of several lines after a fence', '```\n>>>\n```\n>>>\n@claude-bot\n>>>', []],
    ['raw preformatted text', '<pre>\n@claude-bot\n</pre>', []],
    ['the title of a link', '[x](http://e.com "@claude-bot")', []],
    ['a zero-width space in the name', '@claude\u200B-bot', ['claude']],
    ['a look-alike letter', '@сlaude-bot', []],
  ])('does not take %s for it', (_what, text, names) => {
    expect(mentionedAccounts(text)).toEqual(names);
  });

  it('never throws, and finds only names that GitLab would take', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        for (const name of mentionedAccounts(text)) expect(name).toMatch(/^[a-z0-9_.][a-z0-9_.-]*$/);
      }),
    );
  });

  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}[a-z0-9]$/).filter((text) => text !== 'all');

  it('finds a name in any text around it, and not in code', () => {
    const words = fc.stringMatching(/^[a-zA-Z ,.!?äöü\n]{0,40}$/);
    fc.assert(
      fc.property(name, words, words, (account, before, after) => {
        expect(mentionedAccounts(`${before.trim()}\n\nhey @${account} ${after}`)).toEqual([account]);
        expect(mentionedAccounts(`${before} \`@${account}\` ${after.replaceAll('\n', ' ')}`)).toEqual([]);
        expect(mentionedAccounts(`text\n\n\`\`\`\n${before}@${account}${after}\n\`\`\`\n`)).toEqual([]);
        expect(mentionedAccounts(`> ${before.replaceAll('\n', ' ')} @${account}`)).toEqual([]);
      }),
    );
  });

  it('never takes a name for another that goes on after it', () => {
    fc.assert(
      fc.property(name, fc.stringMatching(/^[a-z0-9_-][a-z0-9]{0,8}$/), (account, more) => {
        expect(mentionedAccounts(`ask @${account}${more} now`)).toEqual([`${account}${more}`]);
      }),
    );
  });

  it('finds the same in prose whether or not there is Markdown in another paragraph', () => {
    const parts = fc.constantFrom(
      ...[
        '@claude-bot',
        '@a.b-c',
        '@All',
        '@x.git',
        '@',
        'x@y.com',
        'www.a.com/',
        'WWW.',
        'É',
        'ß',
        '1',
        '1) ',
        '- ',
      ],
      ...[
        ' ',
        '  ',
        '    ',
        '\n',
        '\n\n',
        '\t',
        '.',
        ',',
        '(',
        ')',
        ';;;',
        '---',
        '-',
        '?!',
        "'",
        '"',
        'word',
        '&',
        '_',
      ],
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (all) => {
        const text = all.join('');
        expect(mentionedAccounts(text)).toEqual(mentionedAccounts(`${text}\n\n**bold**`));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['words', `@claude-bot ${'a b _c_ '.repeat(125_000)}`],
    ['mentions', '@a/'.repeat(330_000)],
    ['quotes', `${'>>>\n'.repeat(249_999)}@claude-bot`],
    ['open inline diffs', `@claude-bot ${'{+'.repeat(490_000)}`],
    ['open emphasis', '*@a'.repeat(330_000)],
    ['open links', '[@a'.repeat(330_000)],
    ['open tags', '@a <a '.repeat(160_000)],
    ['nested quotes', `${'> '.repeat(490_000)}@a`],
  ])('takes well under a second for a megabyte of %s', (_what, text) => {
    const before = process.cpuUsage();
    mentionedAccounts(text);
    const { user } = process.cpuUsage(before);
    // Time of the processor, which other work on the machine does not lengthen much. Far above what it takes, far
    // below what anything but linear would.
    expect(user / 1_000).toBeLessThan(5_000);
  });
});
