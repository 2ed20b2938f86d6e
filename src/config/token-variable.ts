/** The CI/CD variable from which an agent's job has its token; `config/ci/external-agent.yml` makes the name alike. */
export function tokenVariable(agent: string): string {
  return `GITLAB_TOKEN_${agent.toUpperCase().replaceAll('-', '_')}`;
}
