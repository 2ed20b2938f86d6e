import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { formatDuration } from '../lib/duration.ts';

const texts = z.array(z.string());

/** An agent as the config has it, without its token. */
const AgentView = z
  .object({
    name: z.string(),
    account: z.string().describe('Username of the service account.'),
    flow: z
      .string()
      .nullable()
      .describe("Path of the flow file, `inline`, or null: a job of the project's own."),
    handoff: z.string(),
    timeout: z.string(),
    mergeRequest: z.string(),
  })
  .meta({ id: 'Agent' });

const TriggerView = z
  .object({
    name: z.string(),
    agent: z.string(),
    events: texts,
    projects: texts.describe('Globs on the full path.'),
    minAccess: z.string(),
    confidential: z.boolean(),
  })
  .meta({ id: 'Trigger' });

/** Agents and triggers as configured; nothing in it is secret. */
export const Configured = z
  .object({ gitlab: z.string(), agents: z.array(AgentView), triggers: z.array(TriggerView) })
  .meta({ id: 'Configured' });
export type Configured = z.output<typeof Configured>;

/** What of the config may be shown to whoever runs Beckon. */
export function configured({ gitlab, agents, triggers }: Config): Configured {
  return {
    gitlab: gitlab.url,
    agents: agents.map(({ name, account, flow, handoff, timeout, mergeRequest }) => ({
      name,
      account,
      flow: flow.kind === 'file' ? flow.path : flow.kind === 'inline' ? 'inline' : null,
      handoff,
      timeout: formatDuration(timeout),
      mergeRequest,
    })),
    triggers: triggers.map(({ name, agent, events, projects, minAccess, confidential }) => ({
      name,
      agent: agent.name,
      events: [...events],
      projects: [...projects.patterns],
      minAccess,
      confidential,
    })),
  };
}
