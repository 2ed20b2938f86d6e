const RULE_KEYS = ['if', 'changes', 'exists', 'when'];

/**
 * gitlab-ci-local does not enforce `workflow:rules`. It does evaluate the rules of jobs, and both are written the
 * same way: a configuration whose only job has the workflow's rules lists that job as `never` exactly when GitLab
 * would not run the pipeline. Nothing when there are no such rules.
 *
 * @param expanded the whole configuration as gitlab-ci-local merged it
 */
export function workflowProbe(expanded: unknown): string | undefined {
  const rules = (expanded as { workflow?: { rules?: unknown } }).workflow?.rules;
  if (!Array.isArray(rules)) return undefined;
  const kept = rules.map((rule: Record<string, unknown>) =>
    Object.fromEntries(RULE_KEYS.flatMap((key) => (rule[key] === undefined ? [] : [[key, rule[key]]]))),
  );
  return JSON.stringify({ probe: { script: ['true'], rules: kept } });
}
