const CLOSERS = { '{+': '+}', '{-': '-}', '[+': '+]', '[-': '-]' } as const;

/**
 * Takes GitLab's inline diffs, `{+ added +}` and `[- removed -]`, out of a text: no reference is looked for in
 * them. One that is not closed on its line is none. Goes over each line once, however many are left open.
 */
export function withoutInlineDiffs(text: string): string {
  return text.split('\n').map(withoutOnLine).join('\n');
}

function withoutOnLine(line: string): string {
  const openers = /\{\+|\{-|\[\+|\[-/g;
  const lastCloser = new Map<string, number>();
  let kept = '';
  let from = 0;
  for (let match = openers.exec(line); match !== null; match = openers.exec(line)) {
    const closer = CLOSERS[match[0] as keyof typeof CLOSERS];
    const last = lastCloser.get(closer) ?? line.lastIndexOf(closer);
    lastCloser.set(closer, last);
    const inside = match.index + match[0].length;
    if (last < inside) continue;
    kept += `${line.slice(from, match.index)} `;
    from = line.indexOf(closer, inside) + closer.length;
    openers.lastIndex = from;
  }
  return kept + line.slice(from);
}
