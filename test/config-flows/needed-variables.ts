const ID_TOKEN = { AI_FLOW_ID_TOKEN_1: 'gl.id.token' };
const GOOGLE = {
  ...ID_TOKEN,
  GCP_WORKLOAD_IDENTITY_PROVIDER:
    'projects/123456/locations/global/workloadIdentityPools/gitlab/providers/gitlab',
  GOOGLE_CLOUD_PROJECT: 'acme-models',
};

/** What the job of a flow must have, with examples: CI/CD variables, and ID tokens as the template names them. */
export const NEEDED_VARIABLES = {
  'amazon-q': { KIRO_API_KEY: 'kiro-key' },
  'claude-bedrock': {
    ...ID_TOKEN,
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/beckon',
    AWS_REGION: 'eu-central-1',
  },
  'claude-vertex': { ...GOOGLE, CLOUD_ML_REGION: 'global' },
  'gemini-vertex': { ...GOOGLE, GOOGLE_CLOUD_LOCATION: 'global' },
  'opencode-compatible': {
    OPENAI_BASE_URL: 'http://models.example.com/v1',
    OPENAI_MODEL: 'acme/coder:30b',
    OPENAI_API_KEY: 'sk-key',
  },
} as const;
