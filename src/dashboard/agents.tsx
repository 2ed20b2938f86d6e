import type { Configured } from '../admin/configured.ts';
import { type Frame, page } from './layout.tsx';

/** Agents and triggers as configured. */
export function agentsPage({
  frame,
  configured,
}: {
  readonly frame: Frame;
  readonly configured: Configured;
}): string {
  const { agents, triggers, gitlab } = configured;
  return page(
    { frame, title: 'Agents', at: '/agents' },
    <>
      <h1>Agents</h1>
      <p>For {gitlab}. `beckon check` says whether all of it works.</p>
      <table>
        <thead>
          <tr>
            {['Agent', 'Account', 'Flow', 'Hand-over', 'At most', 'Merge request'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <tr key={agent.name}>
              <th scope="row">{agent.name}</th>
              <td data-label="Account">@{agent.account}</td>
              <td data-label="Flow">{agent.flow ?? "a job of the project's own"}</td>
              <td data-label="Hand-over">{agent.handoff}</td>
              <td data-label="At most">{agent.timeout}</td>
              <td data-label="Merge request">{agent.mergeRequest}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>Triggers</h2>
      <table>
        <thead>
          <tr>
            {['Trigger', 'Agent', 'Events', 'Projects', 'Least role', 'Confidential'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {triggers.map((trigger) => (
            <tr key={trigger.name}>
              <th scope="row">{trigger.name}</th>
              <td data-label="Agent">{trigger.agent}</td>
              <td data-label="Events">{trigger.events.join(', ')}</td>
              <td data-label="Projects">{trigger.projects.join(', ')}</td>
              <td data-label="Least role">{trigger.minAccess}</td>
              <td data-label="Confidential">{trigger.confidential ? 'yes' : 'no'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>,
  );
}
