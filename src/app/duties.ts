import { createCatchUp } from '../catch-up.ts';
import { createDisown } from '../disown.ts';
import type { Wire } from '../gitlab/connection.ts';
import { createWebhooks } from '../gitlab/hooks.ts';
import { createTodos } from '../gitlab/todos.ts';
import { createHookWatch } from '../hooks/watch.ts';
import { createCatchUpObserver } from '../observability/catch-up-observer.ts';
import { listed } from '../observability/delivery-observer.ts';
import { createHookObserver } from '../observability/hook-observer.ts';
import { createTokenObserver } from '../observability/token-observer.ts';
import { createForesee } from '../receive.ts';
import type { GitLabOf } from '../runs/ports.ts';
import type { Duty } from '../runs/queue-ports.ts';
import { type Base, ofAgents, type Process } from './base.ts';
import { lookAtTokens } from './tokens.ts';

interface Tools {
  readonly gitlabOf: GitLabOf;
  readonly wire: Wire;
  readonly process: Process;
}

/** What workers do ever again, as the config has it. */
export function dutiesOf(base: Base, tools: Tools): readonly Duty[] {
  return [...catchUp(base, tools), ...watchHooks(base, tools), disown(base, tools), watchTokens(base, tools)];
}

function catchUp(base: Base, { gitlabOf, wire }: Tools): readonly Duty[] {
  const { config, log, metrics, observer } = base;
  const every = config.catchUp.todos;
  if (every === undefined) return [];
  const todosOf = ofAgents(config, (login) => createTodos(login, wire));
  const tells = {
    ...listed(observer, base.deliveries),
    ...createCatchUpObserver({ log, metrics }),
  };
  return [{ name: 'catch-up', every, work: createCatchUp({ ...base, gitlabOf, todosOf, observer: tells }) }];
}

function watchHooks(base: Base, { wire, process }: Tools): readonly Duty[] {
  const { config, log, metrics } = base;
  const { url, token } = config.gitlab;
  if (!config.catchUp.hookEvents) return [];
  if (token === undefined) {
    log.info('no operator token: webhook deliveries that fail are not resent, and disabled webhooks stay so');
    return [];
  }
  const watch = createHookWatch({
    ...base,
    gitlab: createWebhooks({ url, token }, wire),
    wants: createForesee(base),
    observer: createHookObserver({ log, metrics }),
    isStopping: process.isStopping,
  });
  // What is sent again has to find the web server.
  return [{ name: 'hooks', every: 60_000, work: () => process.started.then(watch) }];
}

/** The first time is at once, so at the start and whenever the config has changed. */
function watchTokens({ config, log, metrics, clock }: Base, { wire }: Tools): Duty {
  const observer = createTokenObserver({ log, metrics, clock });
  return {
    name: 'tokens',
    every: 3_600_000,
    work: async () => observer.looked(await lookAtTokens(config, { wire, clock })),
  };
}

function disown(base: Base, { gitlabOf }: Tools): Duty {
  const { log } = base;
  return createDisown({
    ...base,
    gitlabOf,
    onLost: (runId) => log.error({ runId }, 'run was lost with the data of the queue'),
    onError: (error) => log.warn({ err: error }, 'could not look for lost runs'),
  });
}
