import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { NEEDED_VARIABLES } from './needed-variables.ts';
import { flowText, runJob, shells } from './variant-job.ts';

const folder = await temporaryFolder(afterAll);

/** Stands in for a tool: writes down what it was given, changes a file, answers. */
const AGENT = `
{ for argument; do printf '%s\\n' "$argument"; done; } > "$RECORD/argv"
cat > "$RECORD/stdin"
env > "$RECORD/env"
for file in "$AWS_WEB_IDENTITY_TOKEN_FILE" "$GOOGLE_APPLICATION_CREDENTIALS" "$OPENCODE_CONFIG" "$AI_FLOW_TMP/gcp-id-token"; do
  if [ -f "$file" ]; then
    cp "$file" "$RECORD/$(basename "$file")"
    stat -c %a "$file" > "$RECORD/$(basename "$file").mode"
  fi
done
echo fixed > fixed.txt
printf '\\033[38;5;141m> \\033[0m\\033[1mDone.\\033[0m\\n> quoted\\n'
`;
/** Stands in for curl: writes down what it was told, gives out the archive at \`ARCHIVE\`. */
const CURL = `
{ for argument; do printf '%s\\n' "$argument"; done; } >> "$RECORD/curl"
for argument; do
  case "$argument" in
    body@*) cp "\${argument#body@}" "$RECORD/note" ;;
    */kiro.tar.gz) cp "$ARCHIVE" "$argument" ;;
  esac
done
`;

const TOOLS = {
  'amazon-q': 'kiro-cli',
  'claude-bedrock': 'claude',
  'claude-vertex': 'claude',
  'gemini-vertex': 'gemini',
  'opencode-compatible': 'opencode',
} as const;
type Variant = keyof typeof TOOLS;
const variants = Object.keys(TOOLS) as Variant[];
const PROVIDER = NEEDED_VARIABLES['gemini-vertex'].GCP_WORKLOAD_IDENTITY_PROVIDER;

/** The job of a variant with its tool and all its variables, but for those of `changed`. */
function run(name: Variant, shell: string, changed: Readonly<Record<string, string>> = {}) {
  const programs = { [TOOLS[name]]: AGENT, curl: CURL };
  const variables = { ...NEEDED_VARIABLES[name], ...changed };
  return runJob(folder, { flow: flowText(name), shell, programs, variables });
}

/** The environment of the tool, by name. */
function environment(text = ''): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

describeWith(['git'], 'a flow of another provider', () => {
  const everywhere = shells.flatMap((shell) => variants.map((name) => [name, shell] as const));

  it.each(everywhere)('%s hands the task over, pushes, answers and cleans up in %s', (name, shell) => {
    const job = run(name, shell);
    expect(job.status, job.log).toBe(0);
    expect(job.pushed).toEqual(['README.md', 'fixed.txt']);
    expect(job.recorded('stdin')).toContain('please fix "$(touch pwned)" `id`\n----- context of');
    expect(job.recorded('note')).toContain('Done.');
    expect(job.leftBehind).toEqual([]);
  });

  it.each(everywhere)(
    '%s shows no secret in arguments, log or GitLab tokens to the tool in %s',
    (name, shell) => {
      const job = run(name, shell);
      const environmentText = job.recorded('env') ?? '';
      expect(environmentText).not.toMatch(/glpat-agent|job-token|gl\.id\.token/);
      expect(`${job.recorded('argv')}${job.recorded('curl')}${job.log}`).not.toMatch(
        /glpat-agent|job-token|gl\.id\.token|sk-key|kiro-key/,
      );
    },
  );

  it.each(shells)('claude-bedrock takes the role by the ID token in %s', (shell) => {
    const job = run('claude-bedrock', shell);
    expect(environment(job.recorded('env'))).toMatchObject({
      CLAUDE_CODE_USE_BEDROCK: '1',
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/beckon',
      AWS_REGION: 'eu-central-1',
      AWS_ROLE_SESSION_NAME: 'beckon-r0123456789abcde',
      AWS_WEB_IDENTITY_TOKEN_FILE: expect.stringMatching(/\/aws-id-token$/),
    });
    expect(job.recorded('aws-id-token')).toBe('gl.id.token');
    expect(job.recorded('aws-id-token.mode')).toBe('600\n');
  });

  const vertex = shells.flatMap((shell) =>
    (['claude-vertex', 'gemini-vertex'] as const).map((name) => [name, shell] as const),
  );

  it.each(vertex)('%s signs in to Google by the ID token in %s', (name, shell) => {
    const job = run(name, shell);
    const own =
      name === 'claude-vertex'
        ? {
            CLAUDE_CODE_USE_VERTEX: '1',
            ANTHROPIC_VERTEX_PROJECT_ID: 'acme-models',
            CLOUD_ML_REGION: 'global',
          }
        : { GOOGLE_GENAI_USE_VERTEXAI: 'true', GOOGLE_CLOUD_LOCATION: 'global' };
    const seen = environment(job.recorded('env'));
    expect(seen).toMatchObject({ ...own, GOOGLE_CLOUD_PROJECT: 'acme-models' });
    expect(JSON.parse(job.recorded('gcp.json') ?? '')).toEqual({
      type: 'external_account',
      audience: `//iam.googleapis.com/${PROVIDER}`,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: 'https://sts.googleapis.com/v1/token',
      credential_source: { file: seen.GOOGLE_APPLICATION_CREDENTIALS?.replace('gcp.json', 'gcp-id-token') },
    });
    expect(job.recorded('gcp-id-token')).toBe('gl.id.token');
    expect(job.recorded('gcp-id-token.mode')).toBe('600\n');
  });

  it.each(vertex)('%s acts as a service account where one is named in %s', (name, shell) => {
    const job = run(name, shell, { GCP_SERVICE_ACCOUNT: 'beckon@acme-models.iam.gserviceaccount.com' });
    expect(JSON.parse(job.recorded('gcp.json') ?? '')).toMatchObject({
      service_account_impersonation_url:
        'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/beckon@acme-models.iam.gserviceaccount.com:generateAccessToken',
    });
  });

  it.each(shells)(
    'opencode-compatible names endpoint and model, and keeps the key out of the file in %s',
    (shell) => {
      const job = run('opencode-compatible', shell);
      const config = job.recorded('opencode.json') ?? '';
      expect(JSON.parse(config)).toHaveProperty('provider.endpoint.options.baseURL', '{env:OPENAI_BASE_URL}');
      expect(config).not.toContain('sk-key');
      expect(job.recorded('argv')).toBe('run\n--model\nendpoint/acme/coder:30b\n');
      expect(environment(job.recorded('env'))).toMatchObject(NEEDED_VARIABLES['opencode-compatible']);
    },
  );

  it.each(shells)(
    'amazon-q asks nobody, takes a model and posts an answer without colours in %s',
    (shell) => {
      const job = run('amazon-q', shell, { KIRO_MODEL: 'auto model' });
      expect(job.recorded('argv')).toBe(
        'chat\n--no-interactive\n--trust-all-tools\n--wrap\nnever\n--model\nauto model\n',
      );
      expect(job.recorded('note')).toBe('Done.\n> quoted\n');
    },
  );

  const required = variants.flatMap((name) =>
    Object.keys(NEEDED_VARIABLES[name]).flatMap((variable) =>
      shells.map((shell) => [name, variable, shell] as const),
    ),
  );

  it.each(required)(
    '%s without %s fails before the tool starts and says so in %s',
    (name, variable, shell) => {
      const job = run(name, shell, { [variable]: '' });
      expect(job.status).not.toBe(0);
      const named = variable === 'AI_FLOW_ID_TOKEN_1' ? '(AWS|GCP)_ID_TOKEN' : variable;
      expect(job.log).toMatch(new RegExp(`${named}:? (is missing: |must be )`));
      expect(job.recorded('argv')).toBeUndefined();
      expect(job.leftBehind).toEqual([]);
    },
  );

  const wrong = [
    ['GCP_WORKLOAD_IDENTITY_PROVIDER', `//iam.googleapis.com/${PROVIDER}`],
    ['GCP_WORKLOAD_IDENTITY_PROVIDER', PROVIDER.replace('123456', 'acme-models')],
    ['GCP_SERVICE_ACCOUNT', 'beckon", "x": "'],
  ] as const;

  it.each(wrong)('refuses %s with the value %s', (variable, value) => {
    const job = run('gemini-vertex', 'bash', { [variable]: value });
    expect(job.status).toBe(1);
    expect(job.log).toContain(`${variable} must be `);
    expect(job.recorded('argv')).toBeUndefined();
  });
});

describeWith(['git'], 'the download of amazon-q', () => {
  /** An archive like the tool's. */
  function archive(): string {
    mkdirSync(join(folder, 'kirocli/bin'), { recursive: true });
    writeFileSync(join(folder, 'kirocli/bin/kiro-cli'), `#!/bin/sh\n${AGENT}`, { mode: 0o755 });
    execFileSync('tar', ['-czf', 'kiro.tar.gz', 'kirocli'], { cwd: folder });
    return join(folder, 'kiro.tar.gz');
  }
  const download = (shell: string, flow: string) => {
    const variables = { KIRO_API_KEY: 'kiro-key', ARCHIVE: archive() };
    return runJob(folder, { flow, shell, programs: { curl: CURL }, variables });
  };

  it.each(shells)('is not run where its checksum is another in %s', (shell) => {
    const job = download(shell, flowText('amazon-q'));
    expect(job.status).toBe(1);
    expect(job.log).toMatch(/kiro\.tar\.gz: FAILED/);
    expect(job.recorded('argv')).toBeUndefined();
  });

  it.each(shells)('is run where its checksum is right in %s', (shell) => {
    const digest = createHash('sha256').update(readFileSync(archive())).digest('hex');
    const job = download(shell, flowText('amazon-q').replace(/sha256=[0-9a-f]{64}/, `sha256=${digest}`));
    expect(job.status, job.log).toBe(0);
    expect(job.recorded('curl')).toMatch(
      /^https:\/\/desktop-release\.q\.us-east-1\.amazonaws\.com\/\d+\.\d+\.\d+\//m,
    );
    expect(job.pushed).toContain('fixed.txt');
  });
});

describeWith(['git'], "the flow of one's own in the documentation", () => {
  it.each(shells)('works in %s', (shell) => {
    const page = readFileSync(new URL('../../docs/agents.md', import.meta.url), 'utf8');
    const flow = /```yaml\n(image:[\s\S]*?)\n```/.exec(page)?.[1] ?? '';
    const job = runJob(folder, { flow, shell, programs: { 'my-agent': AGENT } });
    expect(job.status, job.log).toBe(0);
    expect(job.pushed).toEqual(['README.md', 'fixed.txt']);
    expect(job.recorded('stdin')).toBe('please fix "$(touch pwned)" `id`');
    expect(job.recorded('env')).not.toContain('glpat-agent');
  });
});
