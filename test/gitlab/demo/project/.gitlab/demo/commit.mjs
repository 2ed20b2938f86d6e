// Commits a file to the workload branch through GitLab's API, for jobs whose image has no Git.
import { readFileSync } from 'node:fs';

const [path] = process.argv.slice(2);
const { CI_API_V4_URL, CI_PROJECT_ID, CI_WORKLOAD_REF, GITLAB_TOKEN } = process.env;
const response = await fetch(`${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/repository/commits`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'private-token': GITLAB_TOKEN },
  body: JSON.stringify({
    branch: CI_WORKLOAD_REF,
    commit_message: `Add ${path}`,
    author_name: process.env.GIT_AUTHOR_NAME,
    author_email: process.env.GIT_AUTHOR_EMAIL,
    actions: [{ action: 'create', file_path: path, content: readFileSync(path, 'utf8') }],
  }),
});
if (!response.ok) {
  console.error(`GitLab answered ${response.status}: ${await response.text()}`);
  process.exit(1);
}
console.log(`committed ${path} to ${CI_WORKLOAD_REF}`);
