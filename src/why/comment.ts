import { type Heard, unheard } from '../check/heard.ts';
import type { Config, Trigger } from '../config/config.ts';
import { mentionedAccounts } from '../events/mention.ts';
import type { TodoComment } from '../events/todo.ts';
import { type Finding, ok, unknown, wrong } from '../setup/finding.ts';
import { agentOf } from '../triggers/silence.ts';
import type { CommentFacts, ItemFields } from './facts.ts';
import type { Part } from './parts.ts';

/** Of the triggers of a project those whose agents a comment mentions, as its events are read. */
export function meantBy(body: string, triggers: readonly Trigger[]): readonly Trigger[] {
  const accounts = mentionedAccounts(body);
  return triggers.filter(({ agent }) => accounts.includes(agent.account.toLowerCase()));
}

/** The accounts that triggers stand for, as people write them. */
function accountsOf(triggers: readonly Trigger[]): string {
  return [...new Set(triggers.map(({ agent }) => `@${agent.account}`))].join(', ');
}

/** Whether there is such a comment, who wrote it, whether they may, and what the triggers say to it. */
export function findComment(
  heard: Heard<CommentFacts | undefined>,
  {
    account,
    triggers,
    config,
  }: {
    readonly account: string;
    readonly triggers: readonly Trigger[];
    readonly config: Pick<Config, 'agents'>;
  },
): readonly Part[] {
  const about = 'comment';
  if ('failure' in heard) return [{ about, findings: [unheard('The comment', heard.failure)] }];
  if (heard.is === undefined) {
    const text = `@${account} finds no such comment there: it was deleted, or GitLab itself wrote it.`;
    return [{ about, findings: [wrong(text, 'Look whether the address is right, and write it again.')] }];
  }
  const { comment, received, people } = heard.is;
  const meant = meantBy(comment.body, triggers);
  const wrote = ok(`@${comment.author.username} wrote it at ${comment.createdAt}.`);
  const parts: Part[] = [{ about, findings: [wrote, findMention(comment, { triggers, meant })] }];
  if (meant.length === 0) return parts;
  // On whose behalf an agent asks is known to its run only.
  if (agentOf(comment.author, config) === undefined)
    parts.push({ about: 'person', findings: people.map(findPerson) });
  parts.push({ about: 'triggers', findings: findVerdicts(received, meant) });
  return parts;
}

function findMention(
  { body }: TodoComment,
  { triggers, meant }: { readonly triggers: readonly Trigger[]; readonly meant: readonly Trigger[] },
): Finding {
  if (meant.length > 0) return ok(`It mentions ${accountsOf(meant)}.`);
  const wanted = accountsOf(triggers);
  const remedy = `Write a new comment that mentions one of the agents: ${wanted}.`;
  const hidden = triggers.filter(({ agent }) =>
    body.toLowerCase().includes(`@${agent.account.toLowerCase()}`),
  );
  if (hidden.length > 0)
    return wrong(
      `It names ${accountsOf(hidden)} only where that is no mention: in code, in a quote, in a link, or as part of another name.`,
      `Write a new comment with ${accountsOf(hidden)} in plain text.`,
    );
  const accounts = mentionedAccounts(body);
  if (accounts.length === 0) return wrong('It mentions nobody.', remedy);
  const named = accounts.slice(0, 5).map((name) => `@${name}`);
  return wrong(`It mentions ${named.join(', ')}, and none of the agents here.`, remedy);
}

function findPerson({ trigger: { name, minAccess }, look }: CommentFacts['people'][number]): Finding {
  if ('failure' in look) return unheard('Who wrote it', look.failure);
  if (look.is.kind === 'admitted')
    return ok(`@${look.is.user.username} may start the agent of the trigger ${name}.`);
  return wrong(
    look.is.error,
    `Have a person with the role ${minAccess} write it, or change minAccess or users of the trigger ${name}.`,
  );
}

function findVerdicts(received: CommentFacts['received'], meant: readonly Trigger[]): readonly Finding[] {
  const remedy = 'Change the trigger, or what it objects to.';
  if (received.status === 'unreadable') return [unknown(`It cannot be simulated: ${received.reason}`)];
  const names = meant.map(({ name }) => name);
  const verdicts = received.verdicts.filter(({ trigger }) => names.includes(trigger));
  if (verdicts.length === 0 && received.status === 'ignored') return [wrong(received.reason, remedy)];
  const isTaken = verdicts.some(({ matched }) => matched);
  return verdicts.map(({ trigger, matched, reason }) => {
    const text = `The trigger ${trigger} ${matched ? 'wants' : 'does not want'} it: ${reason}`;
    if (matched) return ok(text);
    return isTaken ? unknown(text) : wrong(text, remedy);
  });
}

/** Whether an issue or merge request that is asked about as a whole calls on an agent. */
export function findItem(
  heard: Heard<ItemFields>,
  { account, triggers }: { readonly account: string; readonly triggers: readonly Trigger[] },
): Part {
  const about = 'comment';
  if ('failure' in heard) {
    const { failure } = heard;
    const finding =
      failure.status === 301
        ? wrong(
            'The project has another path now.',
            'Give the address as GitLab has it now, and name the project by that path in the triggers.',
          )
        : failure.kind === 'gone'
          ? wrong(
              `@${account} finds no such issue or merge request: it is not there, or the account is no member of the project.`,
              `Make ${account} a Developer of the project, or look whether the address is right.`,
            )
          : unheard('The item', failure);
    return { about, findings: [finding] };
  }
  const called = calledBy(heard.is);
  const meant = triggers.filter(({ agent }) => called.includes(agent.account.toLowerCase()));
  if (meant.length > 0) return { about, findings: [ok(`It calls on ${accountsOf(meant)}.`)] };
  const text = 'It calls on none of the agents here: not as assignee, as reviewer or in its description.';
  return {
    about,
    findings: [unknown(text, 'Give the address of the comment, where one was meant to start the agent.')],
  };
}

/** Usernames in lower case. */
function calledBy({ assignees, reviewers, description }: ItemFields): readonly string[] {
  const people = [assignees, reviewers].flatMap((list) => (Array.isArray(list) ? list : []));
  return [
    ...people.map(({ username }) => String(username).toLowerCase()),
    ...mentionedAccounts(typeof description === 'string' ? description : ''),
  ];
}
