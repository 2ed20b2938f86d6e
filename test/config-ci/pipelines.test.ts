import { describeJobs } from './pipeline-cases.ts';

describeJobs('gitlab-ci.yml', { takesInputs: false });
describeJobs('central.yml', { takesInputs: true });
