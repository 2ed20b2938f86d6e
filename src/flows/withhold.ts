import type { Flow } from '../config/flow.ts';

/** GitLab's own, ours, and what the Runner needs: kept although some have the name of a secret. */
const KEPT = ['CI', 'CI_*', 'GITLAB_CI', 'GITLAB_FEATURES', 'GITLAB_USER_*', 'AI_FLOW_*'];

/** Of those, what a flow gets only where it asks for it. */
const ASKED_FOR = [
  'AI_FLOW_AI_GATEWAY_*',
  'AI_FLOW_ID_TOKEN_*',
  'CI_DEPENDENCY_PROXY_PASSWORD',
  'CI_DEPLOY_PASSWORD',
  'CI_JOB_JWT*',
  'CI_REGISTRY_PASSWORD',
];

/** In capitals. */
const SECRET_NAME =
  'TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|APIKEY|PRIVATE|KUBECONFIG|(^|_)(KEY|PAT|AUTH|DSN)(_|$)';

/** Keys of GitLab, GitHub, Slack, AWS, Google and model providers, private keys, and passwords in addresses. */
const SECRET_VALUE =
  '^(gl(pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas)-|gh[pousr]_|github_pat_|sk-|xox[a-z]-|AKIA|ASIA|AIza)|-----BEGIN [A-Z ]*PRIVATE KEY|://[^/@: ]*:[^/@ ]+@';

/**
 * Shell lines that take the project's other secrets out of the environment: what has the name or the looks of one
 * and is not asked for under `variables`. GitLab's own feature gives a flow no other CI/CD variable at all; from
 * inside of a job those cannot be told from the variables of the image. A second line of defence: what runs as
 * the same user can still read the environment of the shell that started it.
 */
export function withholdSecrets({ variables, injectGatewayToken }: Flow): readonly string[] {
  const asked = [...variables, ...(injectGatewayToken ? ['AI_FLOW_AI_GATEWAY_*'] : [])];
  return [
    // The project may have a GITLAB_TOKEN for other jobs. The agent's own came in as both.
    ...(asked.includes('GITLAB_TOKEN') ? [] : ['[ -n "${AI_FLOW_GITLAB_TOKEN:-}" ] || unset GITLAB_TOKEN']),
    // Names from awk, because the lines that `env` prints cannot be told from the lines of a value.
    "for beckon_name in $(awk 'BEGIN {",
    '  for (name in ENVIRON) {',
    '    if (name !~ /^[A-Za-z_][A-Za-z0-9_]*$/) continue',
    `    if (toupper(name) ~ "${SECRET_NAME}" || ENVIRON[name] ~ "${SECRET_VALUE}") print name`,
    '  }',
    "}'); do",
    '  case "$beckon_name" in',
    ...(asked.length === 0 ? [] : [`    ${asked.join('|')}) ;;`]),
    `    ${ASKED_FOR.join('|')}) unset "$beckon_name" ;;`,
    `    GITLAB_TOKEN|${KEPT.join('|')}) ;;`,
    '    *) unset "$beckon_name" ;;',
    '  esac',
    'done',
    'unset beckon_name',
  ];
}
