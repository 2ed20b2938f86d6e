import { readdirSync, readFileSync } from 'node:fs';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { serve } from '../src/cli/serve.ts';
import type { Config } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { setUp } from './http/set-up.ts';
import { unknownIn } from './monitoring/promql.ts';

const folder = new URL('../docker/kubernetes/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), 'utf8');
const files = ['', 'optional/'].flatMap((under) =>
  readdirSync(new URL(under, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${under}${name}`),
);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own shape, which the schemas hold it to.
  readonly spec: any;
}

const kustomization = parse(read('kustomization.yaml'));
const manifestsIn = (path: string): readonly Manifest[] =>
  parseAllDocuments(read(path)).map((document) => document.toJS());
const resources: readonly Manifest[] = kustomization.resources.flatMap(manifestsIn);
const optional = files.filter((name) => name.startsWith('optional/')).flatMap(manifestsIn);
const all = [...resources, ...optional];
const ofKind = (kind: string) => all.filter((manifest) => manifest.kind === kind);
const deployments = ofKind('Deployment').map((manifest) => [manifest.metadata.name, manifest] as const);

/** Kubernetes' own schemas. The kinds of operators have none here. */
const MODELS = { ...core, ...apps, ...networking, ...policy } as unknown as Readonly<
  Record<string, new (data: unknown) => { validate(): void }>
>;
const OF_OPERATORS = ['PodMonitor', 'ScaledObject'];

const podOf = ({ spec }: Manifest) => spec.template.spec;
const containerOf = (manifest: Manifest) => podOf(manifest).containers[0];
const portsOf = (manifest: Manifest): Readonly<Record<string, number>> =>
  Object.fromEntries(
    containerOf(manifest).ports.map(({ name, containerPort }: { name: string; containerPort: number }) => [
      name,
      containerPort,
    ]),
  );
/** The deployments whose pods a selector finds. */
const found = (labels: Readonly<Record<string, string>>) =>
  ofKind('Deployment')
    .filter(({ spec }) =>
      Object.entries(labels).every(([name, value]) => spec.template.metadata.labels[name] === value),
    )
    .map(({ metadata }) => metadata.name);

describe('the manifests for Kubernetes', () => {
  it.each(all.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    'are what Kubernetes takes: %s',
    (_name, manifest) => {
      const Model = MODELS[manifest.kind];
      if (Model === undefined) expect(OF_OPERATORS).toContain(manifest.kind);
      else expect(() => new Model(manifest).validate()).not.toThrow();
    },
  );

  it('are all of the kustomization, but for what needs more than Kubernetes', () => {
    const listed = [...kustomization.resources, ...kustomization.configMapGenerator[0].files];
    expect([...listed, 'kustomization.yaml'].sort()).toEqual(
      files.filter((name) => !name.startsWith('optional/')).sort(),
    );
    for (const { metadata } of optional) expect(metadata.namespace).toBe(kustomization.namespace);
  });

  it.each(deployments)('give the pods of %s no more rights than they need', (_name, manifest) => {
    expect(podOf(manifest)).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(containerOf(manifest).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    // Secrets come from files.
    expect(containerOf(manifest).env).toBeUndefined();
    expect(containerOf(manifest).resources).toMatchObject({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
  });

  it.each(deployments)('leave %s the time to stop', (_name, manifest) => {
    const waits = Number(containerOf(manifest).lifecycle?.preStop.exec.command[1] ?? 0);
    expect(podOf(manifest).terminationGracePeriodSeconds).toBeGreaterThan(waits + 10);
  });

  it.each(deployments)('start %s with options that there are', (name, manifest) => {
    const [command, ...args] = containerOf(manifest).args;
    expect(command).toBe('serve');
    const known = serve.options.map(({ long }) => long);
    const options = args.filter((arg: string) => arg.startsWith('--'));
    expect(options.filter((option: string) => !known.includes(option))).toEqual([]);
    expect(args[args.indexOf('--role') + 1]).toBe(name);
    expect(Number(args[args.indexOf('--metrics-port') + 1])).toBe(portsOf(manifest).metrics);
  });

  it.each(deployments)('select the pods of %s, and keep one of them', (name, manifest) => {
    expect(found(manifest.spec.selector.matchLabels)).toEqual([name]);
    const [budget] = ofKind('PodDisruptionBudget').filter(({ metadata }) => metadata.name === name);
    expect(found(budget?.spec.selector.matchLabels)).toEqual([name]);
    expect(manifest.spec.replicas).toBeGreaterThan(budget?.spec.maxUnavailable);
  });
});

describe('the config for Kubernetes', () => {
  let config: Config;
  const asked: string[] = [];
  it('loads, with secrets from where they are mounted', async () => {
    config = await loadConfig({
      file: 'beckon.yaml',
      env: {},
      readFile: (path) => {
        if (path.endsWith('beckon.yaml')) return read('beckon.yaml');
        asked.push(path);
        return 'the-content-of-a-secret';
      },
    });
    expect(config.queue.home.kind).toBe('redis');
    const keys = [...read('kustomization.yaml').matchAll(/--from-file=(\w+)/g)].map(([, key]) => key);
    expect(asked.sort()).toEqual(keys.map((key) => `/etc/beckon-secrets/${key}`).sort());
    for (const [, manifest] of deployments) {
      const mounts: readonly { name: string; mountPath: string }[] = containerOf(manifest).volumeMounts;
      const volumes: readonly { name: string }[] = podOf(manifest).volumes;
      expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
      expect(mounts).toContainEqual(
        expect.objectContaining({ name: 'secrets', mountPath: '/etc/beckon-secrets' }),
      );
      expect(mounts).toContainEqual(expect.objectContaining({ name: 'config', mountPath: '/etc/beckon' }));
    }
  });

  it('listens where the pods are asked, at addresses that the program answers', async () => {
    const { server } = setUp();
    afterAll(() => server.close());
    for (const [name, manifest] of deployments) {
      const { startupProbe, livenessProbe, readinessProbe } = containerOf(manifest);
      for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
        expect(portsOf(manifest)).toHaveProperty(httpGet.port);
        expect((await server.inject({ url: httpGet.path })).statusCode).toBe(200);
      }
      if (name === 'web') expect(portsOf(manifest).http).toBe(config.server.port);
    }
    const [ingress] = ofKind('Ingress');
    const [{ path, pathType, backend }] = ingress?.spec.rules[0].http.paths ?? [];
    expect(pathType).toBe('Exact');
    expect((await server.inject({ method: 'POST', url: path })).statusCode).toBe(401);
    const [service] = ofKind('Service');
    expect(backend.service).toEqual({ name: service?.metadata.name, port: { name: 'http' } });
    expect(found(service?.spec.selector)).toEqual(['web']);
    expect(service?.spec.ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
  });
});

describe('what comes in and goes out on Kubernetes', () => {
  const [nothing, ...rest] = ofKind('NetworkPolicy').map(({ spec }) => spec);

  it('is nothing by itself', () => {
    expect(nothing).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it('is the webhook from the ingress controller, and the metrics from Prometheus', () => {
    const rules = rest.flatMap(({ podSelector, ingress }) =>
      ingress.map((rule: { from: readonly unknown[]; ports: readonly { port: string }[] }) => {
        expect(rule.from).toHaveLength(1);
        return { to: found(podSelector.matchLabels), port: rule.ports.map(({ port }) => port) };
      }),
    );
    expect(rules).toEqual([
      { to: ['web'], port: ['http'] },
      { to: ['web', 'worker'], port: ['metrics'] },
    ]);
  });
});

describe('what goes with operators on Kubernetes', () => {
  it('finds every pod for its metrics', () => {
    const [monitor] = ofKind('PodMonitor');
    expect(found(monitor?.spec.selector.matchLabels)).toEqual(['web', 'worker']);
    for (const [, manifest] of deployments) {
      expect(portsOf(manifest)).toHaveProperty(monitor?.spec.podMetricsEndpoints[0].port);
    }
  });

  it('adds workers by a metric that there is', () => {
    const [scaled] = ofKind('ScaledObject');
    expect(scaled?.spec.scaleTargetRef.name).toBe('worker');
    const [{ metadata }] = scaled?.spec.triggers ?? [];
    expect(unknownIn(metadata.query.replace('namespace="beckon",', ''))).toEqual([]);
  });
});
