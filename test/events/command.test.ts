import { describe, expect, it } from 'vitest';
import { commandIn } from '../../src/events/command.ts';

describe('commandIn', () => {
  it.each([
    ['@claude-bot stop', 'stop'],
    ['  @Claude-Bot STOP.  \n', 'stop'],
    ['@claude-bot, status', 'status'],
    ['@claude-bot: retry!', 'retry'],
    ['@claude-bot\nhelp', 'help'],
    ['@claude-bot stop the flaky test', undefined],
    ['please @claude-bot stop', undefined],
    ['@claude-bot @codex-bot stop', undefined],
    ['@claude-bot-2 stop', undefined],
    ['@codex-bot stop', undefined],
    ['@claude-bot', undefined],
    ['@claude-bot explode', undefined],
    ['`@claude-bot stop`', undefined],
    ['> @claude-bot stop', undefined],
    ['@claude-bot /close', undefined],
  ] as const)('reads %j as %s', (text, name) => {
    expect(commandIn(text, 'claude-bot')).toBe(name);
  });
});
