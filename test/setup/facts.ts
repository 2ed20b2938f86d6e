import { readCiFile } from '../../src/setup/ci-file.ts';
import { AGENT_FILE, type CiFacts } from '../../src/setup/facts.ts';
import type { CiTemplates } from '../../src/setup/plan.ts';

const HEADER = 'spec:\n  inputs:\n    ai_flow_script: { default: "" }\n---\n';
const INCLUDES = `# About
include:
  - local: .gitlab/ci/external-agent.yml
    rules:
      - if: $AI_FLOW_EVENT
  - local: .gitlab/ci/main.yml
    rules:
      - if: $AI_FLOW_EVENT
        when: never
      - when: always
`;

/** Templates small enough to be read in a failed test. */
export const templates: CiTemplates = {
  agentJob: 'external-agent: {script: [run]}\n',
  entry: INCLUDES,
  inputsEntry: `# About\n${HEADER}${INCLUDES}`,
  centralEntry: 'include:\n  - local: external-agent.yml\n',
};

/** A project whose agent may send variables; `text` is its CI file. */
export function factsWith({
  text,
  agentText,
  settings,
  ...more
}: Partial<Omit<CiFacts, 'settings' | 'file' | 'agentFile'>> & {
  settings?: Partial<CiFacts['settings']>;
  agentText?: string;
} = {}): CiFacts {
  const file = text === undefined ? undefined : readCiFile(text);
  const isElsewhere = file?.agentInclude !== undefined && file.agentInclude.local === undefined;
  return {
    settings: {
      id: 1,
      path: 'acme/shop',
      url: 'https://gitlab.example.com/acme/shop',
      defaultBranch: 'main',
      archived: false,
      jobsEnabled: true,
      mergeRequestsEnabled: true,
      ciConfigPath: '',
      variablesRole: 'developer',
      ...settings,
    },
    version: '18.9.0-ee',
    agents: [{ account: 'claude-bot', handoff: 'auto', hasFlow: true, signer: undefined, level: 30 }],
    place: { kind: 'own', path: '.gitlab-ci.yml' },
    text,
    file,
    agentFile: isElsewhere ? undefined : { path: file?.agentInclude?.local ?? AGENT_FILE, text: agentText },
    freePath: '.gitlab/ci/main.yml',
    lint: undefined,
    ...more,
  };
}
