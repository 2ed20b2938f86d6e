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
});
