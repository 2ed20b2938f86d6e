import type { Command } from 'commander';

/** Calls of each command that are worth showing, by its name below `beckon`. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  serve: ['beckon serve', 'beckon serve --role worker --config /etc/beckon/beckon.yaml'],
  check: ['beckon check', 'beckon check acme/web/shop --json', 'beckon check acme/web'],
  simulate: [
    'beckon simulate payload.json',
    'beckon simulate - --header "X-Gitlab-Event: Note Hook" < payload.json',
  ],
  schema: ['beckon schema > beckon.schema.json'],
  init: [
    'beckon init',
    'beckon init --yes --gitlab https://gitlab.example.com --public-url https://beckon.example.com \\\n    --project "acme/**" --token file:/run/secrets/gitlab-token-claude --operator-token env:GITLAB_TOKEN',
  ],
  setup: [
    'beckon setup acme/web/shop --dry-run',
    'beckon setup acme/web/shop acme/web/docs --yes',
    'beckon setup acme/web --dry-run',
  ],
  ci: ['beckon ci acme/web/shop', 'beckon ci acme/web/shop --merge-request'],
  flow: ['beckon flow list'],
  'flow list': ['beckon flow list'],
  'flow show': ['beckon flow show claude'],
  'flow add': ['beckon flow add claude', 'beckon flow add claude --project acme/web/shop'],
  hook: ['beckon hook sync acme/web/shop', 'beckon hook sync acme/web'],
  'hook list': ['beckon hook list acme/web/shop', 'beckon hook list acme/web --json'],
  'hook test': ['beckon hook test acme/web/shop', 'beckon hook test acme/web'],
  'hook sync': [
    'beckon hook sync acme/web/shop --secret',
    'beckon hook sync acme/web --dry-run',
    'beckon hook sync "acme/**" "!acme/web/legacy-*"',
  ],
  'hook remove': ['beckon hook remove acme/web/shop --dry-run'],
  runs: ['beckon runs'],
  'runs list': [
    'beckon runs list --state running --since 2h',
    'beckon runs list --project acme/web/shop --json',
  ],
  'runs show': ['beckon runs show r1f'],
  'runs cancel': ['beckon runs cancel r1f'],
  'runs retry': ['beckon runs retry r1f'],
  why: ['beckon why "https://gitlab.example.com/acme/web/shop/-/issues/12#note_9001"'],
  completion: [
    'beckon completion bash > /etc/bash_completion.d/beckon',
    'beckon completion zsh > "${fpath[1]}/_beckon"',
    'beckon completion fish > ~/.config/fish/completions/beckon.fish',
  ],
};

/** Has the help of a command end with calls of it. `name`: below `beckon`. */
export function addExamples(command: Command, name: string): void {
  const examples = EXAMPLES[name];
  if (examples === undefined) return;
  const heading = examples.length === 1 ? 'Example' : 'Examples';
  command.addHelpText('after', `\n${heading}:\n${examples.map((one) => `  ${one}`).join('\n')}`);
}
