import type { Verdict } from '../triggers/verdict.ts';

/** What each trigger said, and why; of something confidential not always why. */
export function Verdicts({ verdicts }: { readonly verdicts: readonly Verdict[] }) {
  return (
    <ul class="verdicts">
      {verdicts.map(({ trigger, matched, reason }) => (
        <li key={trigger}>
          {matched ? '✓' : '✗'} <strong>{trigger}</strong>
          {reason === '' ? '' : `: ${reason}`}
        </li>
      ))}
    </ul>
  );
}
