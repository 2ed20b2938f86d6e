import type { CheckedGitLab } from '../check/ports.ts';
import type { Webhooks } from '../hooks/ports.ts';
import type { ProjectSetup } from '../setup/ports.ts';

/** All that taking a project in asks of GitLab, as a Maintainer of it. Calls fail with a `Failure`. */
export type Onboarding = ProjectSetup &
  Pick<Webhooks, 'hooks' | 'create' | 'update'> &
  Pick<CheckedGitLab, 'variables'>;
