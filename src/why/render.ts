import { remediesOf, renderFinding } from '../setup/finding.ts';
import type { About } from './parts.ts';
import type { WhyAnswer } from './why.ts';

/** What findings are about, in words for people. */
export const HEADINGS: Readonly<Record<About, string>> = {
  address: 'Address',
  project: 'Project',
  runs: 'Runs',
  deliveries: 'Deliveries',
  comment: 'What was asked',
  person: 'Who asked',
  triggers: 'Triggers',
  webhook: 'Webhook',
  time: 'Time',
};

/** All findings, a line for each and one for what to do about it, and the most likely reason at the end. */
export function renderWhy({ findings, conclusion, remedy }: WhyAnswer): string {
  const lines = findings.flatMap((finding, index) => [
    ...(findings[index - 1]?.about === finding.about ? [] : [HEADINGS[finding.about]]),
    renderFinding(finding),
    ...remediesOf(finding).map((text) => `      ${text}`),
  ]);
  return [...lines, '', conclusion, ...(remedy === null ? [] : [remedy])].join('\n');
}
