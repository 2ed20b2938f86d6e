import type { Config } from './config.ts';

/** What a process takes from its first config only, by paths of the config file. */
const FIXED = [
  'server.host',
  'server.port',
  'server.trustProxy',
  'queue',
  'log.auditFile',
  'retention.runs',
] as const;

/** Whether a path of the config file takes effect only when the process starts. */
export function isFixed(path: string): boolean {
  return FIXED.some((fixed) => path === fixed || path.startsWith(`${fixed}.`));
}

/** The next config with what cannot change any more as it was in the first. */
export function withFixed(next: Config, first: Config): Config {
  const { host, port, trustProxy } = first.server;
  return {
    ...next,
    server: { ...next.server, host, port, trustProxy },
    queue: first.queue,
    log: { auditFile: first.log.auditFile },
    retention: { runs: first.retention.runs },
  };
}
