import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Audit } from './audit.ts';

/** Tells the life of a process: which config it has, that it is ready, and that it stops. */
export function createProcessObserver({ log, audit }: { log: Logger; audit: Audit }) {
  return {
    loaded(config: Config) {
      audit({ event: 'config', decision: 'loaded', more: summaryOf(config) });
    },
    ready(what: { address: string | undefined; role: string; queue: string; version: string | undefined }) {
      log.info(what, 'beckon is ready');
      audit({ event: 'process', decision: 'started', more: { role: what.role, version: what.version } });
    },
    stopping(signal: string) {
      log.info({ signal }, 'stopping');
      audit({ event: 'process', decision: 'stopping', reason: signal });
    },
    stopped() {
      log.info('stopped');
      audit({ event: 'process', decision: 'stopped' });
    },
  };
}

/** What the audit stream says of a config. */
export function summaryOf(config: Config) {
  const agents = config.agents.map(({ name }) => name);
  const triggers = config.triggers.map(({ name }) => name);
  return { agents, triggers, digest: digestOf(config) };
}

/** Tells two configs apart. Secrets are no part of it: JSON shows a mask in place of each. */
function digestOf(config: Config): string {
  const text = JSON.stringify(config, (_key, value) => {
    if (value instanceof Set) return [...value];
    return value instanceof Map ? [...value] : value;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
