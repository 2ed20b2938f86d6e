import type { Configured } from '../admin/configured.ts';
import type { Finding } from '../setup/finding.ts';
import { Columns, type Frame, page } from './layout.tsx';
import { Line } from './why.tsx';

/** How often a trigger has started runs of late, and how many of those failed. */
export interface TriggerHealth {
  readonly runs: number;
  readonly failed: number;
}

/** Agents and triggers as configured, and how they are. */
export function agentsPage({
  frame,
  configured,
  tokens,
  triggersOfLate,
}: {
  readonly frame: Frame;
  readonly configured: Configured;
  /** What is to be said of the token of each agent, by its name; the operator's has none. */
  readonly tokens: readonly (readonly [agent: string, findings: readonly Finding[]])[];
  /** By the name of the trigger, of the last seven days. */
  readonly triggersOfLate: ReadonlyMap<string, TriggerHealth>;
}): string {
  const { agents, triggers, gitlab } = configured;
  return page(
    { frame, title: 'Agents', at: '/agents' },
    <>
      <h1>Agents</h1>
      <p>
        For {gitlab}. <code>beckon check</code> looks at their projects, too.
      </p>
      <table>
        <Columns names={['Agent', 'Account', 'Flow', 'Hand-over', 'Time limit', 'Merge request']} />
        <tbody>
          {agents.map((agent) => (
            <tr key={agent.name}>
              <th scope="row">{agent.name}</th>
              <td data-label="Account">@{agent.account}</td>
              <td data-label="Flow">{agent.flow ?? "a job of the project's own"}</td>
              <td data-label="Hand-over">{agent.handoff}</td>
              <td data-label="Time limit">{agent.timeout}</td>
              <td data-label="Merge request">{agent.mergeRequest}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>Tokens</h2>
      {tokens.map(([name, findings]) => (
        <section key={name} aria-label={name}>
          <h3>{name}</h3>
          <ul class="verdicts">
            {findings.map((finding) => (
              <li key={finding.text}>
                <Line finding={finding} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <h2>Triggers</h2>
      <table>
        <Columns
          names={['Trigger', 'Agent', 'Events', 'Projects', 'Least role', 'Confidential', 'Last 7 days']}
        />
        <tbody>
          {triggers.map((trigger) => (
            <tr key={trigger.name}>
              <th scope="row">{trigger.name}</th>
              <td data-label="Agent">{trigger.agent}</td>
              <td data-label="Events">{trigger.events.join(', ')}</td>
              <td data-label="Projects">{trigger.projects.join(', ')}</td>
              <td data-label="Least role">{trigger.minAccess}</td>
              <td data-label="Confidential">{trigger.confidential ? 'yes' : 'no'}</td>
              <td data-label="Last 7 days">{inWords(triggersOfLate.get(trigger.name))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>,
  );
}

function inWords({ runs, failed }: TriggerHealth = { runs: 0, failed: 0 }): string {
  if (runs === 0) return 'no runs';
  return `${runs === 1 ? '1 run' : `${runs} runs`}${failed === 0 ? '' : `, ${failed} failed`}`;
}
