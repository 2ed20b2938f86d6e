import type { Finding } from '../setup/finding.ts';

/** What findings are about, in the order in which they are told. */
export const ABOUTS = [
  'address',
  'project',
  'runs',
  'deliveries',
  'comment',
  'person',
  'triggers',
  'webhook',
  'time',
] as const;
export type About = (typeof ABOUTS)[number];

/** Of several things that are amiss, what comes first is the likeliest to have kept the agent silent. */
const CAUSES: readonly About[] = [
  'address',
  'project',
  'comment',
  'person',
  'triggers',
  'deliveries',
  'webhook',
  'time',
  'runs',
];

/** The findings about one thing. */
export interface Part {
  readonly about: About;
  readonly findings: readonly Finding[];
  /** An answer that makes all other reasons needless. */
  readonly settles?: Pick<Finding, 'text' | 'remedy' | 'link'>;
}

/** The most likely reason, with what to do about it. */
export function concludeFrom(parts: readonly Part[]): Pick<Finding, 'text' | 'remedy' | 'link'> {
  const settled = parts.find(({ settles }) => settles !== undefined)?.settles;
  if (settled !== undefined) return settled;
  const inOrder = CAUSES.flatMap((about) =>
    parts.filter((part) => part.about === about).flatMap(({ findings }) => findings),
  );
  const of = (state: Finding['state']) => inOrder.find((finding) => finding.state === state);
  return (
    of('wrong') ??
    of('risky') ?? {
      text: 'Nothing was found that keeps the agent from answering.',
      remedy: 'Write the comment again; if nothing comes of that either, look into the log.',
    }
  );
}
