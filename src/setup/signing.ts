import type { CiFacts } from './facts.ts';
import { type Finding, ok, risky, wrong } from './finding.ts';

/**
 * Holds a project whose agents' runs Beckon signs to what keeps forged pipelines out, as far as it stands in the CI
 * configuration and in the setting for pipeline variables. Nothing is said where nothing is signed or asked for.
 */
export function findSigning(facts: CiFacts): readonly Finding[] {
  const asked = facts.file?.agentInclude;
  if (asked === undefined || (signersOf(facts).length === 0 && !asked.chosen.signers)) return [];
  return [findSigners(facts), findAccounts(facts), ...findWays(facts)];
}

/** Whether the agent's job is to ask for more than it does, which the plan then writes. */
export function isUnsigned(facts: CiFacts): boolean {
  return (
    signersOf(facts).length > 0 &&
    [findSigners(facts), findAccounts(facts)].some(({ state }) => state !== 'ok')
  );
}

/** What the include of the agent's job is given: what the project chose, and who alone may start it. */
export function chosenFor(facts: CiFacts): Readonly<Record<string, string>> {
  const { chosen } = facts.file?.agentInclude ?? { chosen: {} };
  const signers = signersOf(facts);
  if (signers.length === 0) return chosen;
  const accounts = facts.agents.map(({ account }) => account.replaceAll('.', '[.]')).join('|');
  return { ...chosen, accounts, signers: signers.join(' ') };
}

function signersOf({ agents }: CiFacts): readonly string[] {
  return [...new Set(agents.flatMap(({ signer }) => signer ?? []))];
}

function findSigners({ agents, file }: CiFacts): Finding {
  const accepted = (file?.agentInclude?.chosen.signers ?? '').split(' ').filter((key) => key !== '');
  if (accepted.length === 0)
    return wrong("signature: the agent's job runs what nobody signed, `signers` being empty.");
  const refused = agents
    .filter(({ hasFlow, signer }) => hasFlow && (signer === undefined || !accepted.includes(signer)))
    .map(({ account }) => account);
  if (refused.length === 0) return ok("signature: the agent's job runs only what Beckon signed.");
  return wrong(
    `signature: the agent's job refuses the runs of ${refused.join(', ')}, whose signingKey is none of its signers.`,
  );
}

function findAccounts({ agents, file }: CiFacts): Finding {
  const { accounts = '' } = file?.agentInclude?.chosen ?? {};
  if (accounts === '')
    return wrong(
      "signature: anybody's pipeline can have the agent's job, until the signature is looked at, `accounts` being empty.",
    );
  const named = accounts.toLowerCase().replaceAll('[.]', '.').split('|');
  const missing = agents
    .map(({ account }) => account)
    .filter((account) => !named.includes(account.toLowerCase()));
  return missing.length === 0
    ? ok("signature: no pipelines but those of the agents' accounts have the agent's job.")
    : wrong(`signature: \`accounts\` leaves out ${missing.join(', ')}, whose pipelines have no job.`);
}

/** Ways around what the job asks for. */
function findWays({ file, place, settings }: CiFacts): readonly Finding[] {
  const link = `${settings.url}/-/settings/ci_cd`;
  return [
    ...(file?.agentInclude?.chosen.images
      ? []
      : [
          risky(
            'signature: whoever has the token of an agent can choose the image in which it is looked at.',
            "Name the flows' images as `images` beside `signers`.",
          ),
        ]),
    ...(place.kind === 'own'
      ? [
          risky(
            "signature: the agent's job stands in this project, so whoever may push can change it on a branch.",
            'Keep it in a project that only your team may push to, as config/ci/central.yml says.',
            link,
          ),
        ]
      : []),
    ...(settings.variablesRole === 'developer'
      ? [
          risky(
            "signature: Developers may set pipeline variables, which take the place of GitLab's own and of the shell's.",
            'Set "Minimum role to use pipeline variables" to "No one allowed" and let inputs do, or let only the agents\' accounts push and merge to workloads/*.',
            link,
          ),
        ]
      : []),
  ];
}
