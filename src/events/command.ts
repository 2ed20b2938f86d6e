/** What a person can ask of an agent's run in its thread, in a comment with nothing else in it. */
export const COMMAND_NAMES = ['stop', 'status', 'retry', 'resume', 'help'] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/**
 * The command in a comment: the mention of the account and one word, such as `@claude-bot stop`. With anything
 * else beside it the comment is a request, so that "stop the flaky test" is one.
 */
export function commandIn(text: string, account: string): CommandName | undefined {
  const [, mentioned = '', word = ''] = /^\s*@([\w.-]*\w)[,:]?\s+([a-z]+)[.!]?\s*$/i.exec(text) ?? [];
  if (mentioned.toLowerCase() !== account.toLowerCase()) return undefined;
  return COMMAND_NAMES.find((name) => name === word.toLowerCase());
}
