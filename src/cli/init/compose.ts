import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { stringify } from 'yaml';
import { Secret } from '../../lib/secret.ts';
import { flowPathOf } from '../../setup/flow-file.ts';
import type { Answers, SecretSource } from './answers.ts';

/** A file that holds a secret. */
export interface SecretFile {
  /** Absolute. */
  readonly path: string;
  readonly secret: Secret;
}

/** A first config and the files that it refers to. */
export interface Composed {
  readonly text: string;
  /** Secrets that somebody gave. */
  readonly given: readonly SecretFile[];
  /** Secrets that were made just now: what GitLab was told of earlier ones counts, so these are for where none are. */
  readonly made: readonly SecretFile[];
}

const HEADER = ` Every other key has a default: config/example.yaml of Beckon has them all.
 \${NAME} is an environment variable, \${file:PATH} the content of a file, relative to this one.`;

/** Turns answers into the text of a config in `file`, an absolute path, with the secrets in a folder beside it. */
export function compose(answers: Answers, file: string): Composed {
  const folder = join(dirname(file), 'secrets');
  const given: SecretFile[] = [];
  const made: SecretFile[] = [];
  const refer = (source: SecretSource, name: string): string => {
    if (source.kind === 'env') return `\${${source.name}}`;
    const path = source.kind === 'file' ? source.path : join(folder, name);
    if (source.kind === 'typed') given.push({ path, secret: source.secret });
    return `\${file:${shortest(path, dirname(file))}}`;
  };
  const { agent, account, gitlab, caFile, operatorToken, projects, queue } = answers;
  const make = (name: string, secret: string): string => {
    made.push({ path: join(folder, name), secret: new Secret(secret) });
    return `\${file:${shortest(join(folder, name), dirname(file))}}`;
  };
  const config = {
    gitlab: {
      url: plain(gitlab),
      ...(caFile === undefined ? {} : { caFile: plain(caFile) }),
      ...(operatorToken === undefined ? {} : { token: refer(operatorToken, 'gitlab-token') }),
    },
    server: serverOf(answers.publicUrl),
    webhook: { secretTokens: [make('webhook-secret', randomBytes(32).toString('hex'))] },
    ...(queue.kind === 'embedded'
      ? {}
      : { queue: { url: queue.kind === 'plain' ? plain(queue.url) : refer(queue, 'queue-url') } }),
    agents: {
      [agent]: {
        account: plain(account),
        token: refer(answers.token, `gitlab-token-${agent}`),
        ...(answers.signs ? { signingKey: make('signing-key.pem', newSigningKey()) } : {}),
        flow: flowPathOf(answers.flow),
      },
    },
    triggers: [{ agent, events: ['mention', 'assign', 'assign_reviewer'], projects: projects.map(plain) }],
  };
  const comment = HEADER.replace(/^/gm, '#');
  return { text: `${comment}\n${stringify(config, { lineWidth: 0 })}`, given, made };
}

/** As the config takes it: a private key of the curve P-256 in PEM. */
function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trimEnd();
}

/** Plain HTTP to a port of its own is Beckon itself, which others have to reach; else a proxy is in front of it. */
function serverOf(publicUrl: string): object {
  const { protocol, hostname, port } = new URL(publicUrl);
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  const isDirect = protocol === 'http:' && port !== '';
  return {
    host: isDirect && !isLocal ? '0.0.0.0' : '127.0.0.1',
    port: isDirect ? Number(port) : 8080,
    publicUrl: plain(publicUrl),
  };
}

/** A text in which nothing is put in. */
function plain(text: string): string {
  return text.replaceAll('${', () => '$${');
}

function shortest(path: string, folder: string): string {
  const short = relative(folder, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
