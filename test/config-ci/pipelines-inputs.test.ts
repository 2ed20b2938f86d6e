import { describeJobs } from './pipeline-cases.ts';

describeJobs('gitlab-ci-inputs.yml', { takesInputs: true });
