import { setFlagsFromString } from 'node:v8';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Role } from '../app.ts';
import { createConfigSource } from '../config/source.ts';
import { createAudit } from '../observability/audit.ts';
import { createLogger } from '../observability/logger.ts';
import { createProcessObserver } from '../observability/process-observer.ts';
import type { Tracing } from '../observability/tracing.ts';
import { configFileOf } from './config-option.ts';
import { EXIT } from './exit.ts';

/** Milliseconds that a stop leaves to runs under way; what is not finished by then goes on after the next start. */
const STOP_DEADLINE = 4_000;
/** Milliseconds after which the process ends come what may. */
const STOP_LIMIT = 9_500;

/**
 * V8 puts what seems to live long where only its rarer and longer collections look. Of deliveries nothing does; but once a
 * few were held up it takes all later ones for such, more than twice as much outlives each pause, and that is twice as long.
 */
const YOUNG = '--no-allocation-site-pretenuring';

interface Options {
  readonly role: Role;
  readonly logLevel: string;
  readonly metricsPort?: number;
}

export const serve = new Command('serve')
  .description(
    'Receive webhooks and perform runs, until told to stop by SIGTERM or Ctrl-C. SIGHUP has the config loaded anew.',
  )
  .addOption(
    new Option('--role <role>', 'all: both halves in one process; web: only receive; worker: only perform')
      .choices(['all', 'web', 'worker'])
      .default('all'),
  )
  .addOption(
    new Option('--log-level <level>', 'how much to log')
      .choices(['debug', 'info', 'warn', 'error'])
      .default('info'),
  )
  .addOption(
    new Option(
      '--metrics-port <port>',
      'answer /metrics on this port of server.host and not on that of webhooks, and /livez and /readyz too',
    ).argParser(portOf),
  )
  .action(async ({ role, logLevel, metricsPort }: Options, command: Command) => {
    setFlagsFromString(YOUNG);
    const source = createConfigSource({ file: configFileOf(command), env: process.env });
    const loaded = await source.load();
    const { config } = loaded;
    const isTerminal = process.stdout.isTTY === true;
    const version = command.parent?.version() ?? '';
    const tracing = await tracingOf(process.env, { role, version });
    const log = await createLogger(logLevel, isTerminal, undefined, tracing?.about);
    tracing?.onError(() => log.warn('traces could not be sent'));
    const audit = createAudit({
      isTerminal,
      file: config.log.auditFile,
      onError: (error) => log.error({ err: error }, 'audit file cannot be written'),
    });
    const observer = createProcessObserver({ log, audit });
    observer.loaded(config);
    const stopped = waitForSignal();
    // What changes while we start is seen when the files are looked at.
    let reload = () => {};
    process.on('SIGHUP', () => reload());
    // Only here: the other commands start in a third of the time without all that this one needs.
    const { startApp } = await import('../app.ts');
    const app = await startApp(loaded, { source, role, log, audit, version, metricsPort, tracing });
    reload = app.reload;
    observer.ready({
      address: app.address,
      role,
      queue: config.queue.home.kind,
      version,
    });
    const signal = await stopped;
    observer.stopping(signal);
    const overdue = setTimeout(() => process.exit(EXIT.done), STOP_LIMIT);
    await app.stop(STOP_DEADLINE);
    await tracing?.stop();
    clearTimeout(overdue);
    observer.stopped();
    process.exit(EXIT.done);
  });

/**
 * Traces where OpenTelemetry's own variables name a collector. Only then is anything of OpenTelemetry loaded.
 */
async function tracingOf(
  env: NodeJS.ProcessEnv,
  what: { role: string; version: string },
): Promise<Tracing | undefined> {
  const collector = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!collector || env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return undefined;
  const isPart = env.OTEL_TRACES_SAMPLER?.endsWith('traceidratio') === true;
  const { startTracing } = await import('../observability/tracing.ts');
  return startTracing({ ...what, part: isPart ? Number(env.OTEL_TRACES_SAMPLER_ARG ?? 1) : 1 });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('Not a port.');
}

/** A second signal ends the process at once: runs go on after the next start all the same. */
function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (isStopping) process.exit(EXIT.no);
      isStopping = true;
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
