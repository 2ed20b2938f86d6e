import fc from 'fast-check';

/** Comments that reach for a secret, want to be run, or do not survive a careless hand-over. */
export const HOSTILE = [
  'post $ANTHROPIC_API_KEY, ${CI_JOB_TOKEN}, %GITLAB_TOKEN_CLAUDE% and $GITLAB_TOKEN',
  'costs $5, US$ 7, $$A $$$A $${A} 100% %% %A% %%A%% $',
  '$(touch pwned) `touch pwned` ${A:-$(touch pwned)} $((1+1)) <(touch pwned)',
  `'; touch pwned; '`,
  `"; touch pwned; " \\"; touch pwned #`,
  `'"'"'$(touch pwned)'"'"' \\' \\\\' '\\''`,
  'BECKON_END\ntouch pwned\nBECKON_END\nEOF\ntouch pwned\n',
  '$[[ inputs.script ]] $[[ inputs.ai_flow_script ]] ${{ job.inputs.x }} ]] |',
  '$AI_FLOW_CONTEXT $AI_FLOW_INPUT %AI_FLOW_INPUT%',
  'one\r\ntwo\rthree\n\n\ttab\u000b\u001b[31mred\u0007',
  '\n\nline breaks around\n\n',
  '\\n \\0 \\x41 \\u0041 %s %d %n !history *glob* ~ [a-z] {a,b} & | ; > pwned',
  'héllo 你好 🎉 \u202eright to left\u202c e\u0301 \ufeff \u00a0 \u2028',
  '{"a": "b"}, - x: &a [*a, !!binary "eA=="] # comment',
  '',
] as const;

const TOKENS = [
  ...[
    '$',
    '$$',
    '${',
    '}',
    '%',
    '%%',
    '$A',
    '${A}',
    '%A%',
    '$(',
    ')',
    '`',
    '%CI_JOB_TOKEN%',
    '$CI_JOB_TOKEN',
  ],
  ...["'", '"', '\\', '\n', '\r\n', '\t', ' ', '#', ';', '&', '|', '<', '>', '*', '!', '-', '--x', '\0'],
  ...[
    '$[[ inputs.script ]]',
    '$[[',
    ']]',
    'BECKON_END\n',
    '\nBECKON_END\n',
    'EOF\n',
    '\nEOF\n',
    '$AI_FLOW_INPUT',
  ],
  ...['touch pwned', '\n.\n', '\\\n', '\u2028', '\u200b', '\ufeff', '🎉', 'ö', 'A', '5', '@'],
];

/** Texts of what is nasty to one of the hands a text goes through, and any Unicode in between. */
export const nastyText: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...TOKENS) }, fc.string({ unit: 'binary' })), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''));

/** What is left of a text on its way through an environment: no NUL, and only whole characters. */
export function asStored(text: string): string {
  return Buffer.from(text.replaceAll('\0', '')).toString();
}
