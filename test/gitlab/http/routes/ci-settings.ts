import { accessLevel } from '../../world/access.ts';
import { runnersOf } from '../../world/ci-runners.ts';
import { levels } from '../../world/levels.ts';
import { getProject } from '../../world/lookup.ts';
import { forbidden, notFound } from '../../world/refusal.ts';
import { type Endpoint, ok, page } from '../call.ts';
import {
  protectedBranchEntity,
  pushRuleEntity,
  runnerDetails,
  runnerEntity,
  variableEntity,
} from '../entities/ci-settings.ts';
import { projectFor, projectWithCode, userOf } from '../lookup.ts';

/** What decides whether a job runs and what it is given, to be read; mostly for Maintainers. */
export const ciSettingsRoutes: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/variables',
    run: (call) => page(projectFor(call, levels.maintainer).variables, variableEntity),
  },
  {
    method: 'GET',
    path: '/projects/:id/protected_branches',
    run: (call) => {
      userOf(call);
      const rules = projectWithCode(call).protectedBranches.map(protectedBranchEntity);
      return page(rules, (rule) => rule);
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/push_rule',
    run: (call) => {
      const project = projectFor(call, levels.maintainer);
      if (project.pushRule === undefined) throw notFound();
      return ok(pushRuleEntity(project));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/runners',
    run: (call) => page(runnersOf(projectFor(call, levels.maintainer), call.context), runnerEntity),
  },
  {
    method: 'GET',
    path: '/runners/:id',
    run: (call) => {
      const user = userOf(call);
      const runner = call.context.state.runners.get(Number(call.params.id));
      if (runner === undefined) throw notFound('Runner');
      // Instance runners are shown to everybody, others to Maintainers of one of their projects.
      const isShown = runner.projectIds?.some(
        (id) => accessLevel(user, getProject(id, call.context.state), call.context) >= levels.maintainer,
      );
      if (isShown === false) throw forbidden();
      return ok(runnerDetails(runner));
    },
  },
];
