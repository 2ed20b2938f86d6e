import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate in PEM format with its key. */
export interface Certificate {
  /** Of the certificate, and of the key. */
  readonly file: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

const CONFIG = `[ca]
default_ca = own
[own]
dir = .
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
`;
const AUTHORITY = 'basicConstraints=critical,CA:TRUE';
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes certificates in an empty folder by OpenSSL; the test says that it needs `openssl`. */
export function certificatesIn(folder: string) {
  writeFileSync(join(folder, 'ca.cnf'), CONFIG);
  writeFileSync(join(folder, 'index.txt'), '');
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const made = (name: string): Certificate => {
    const [file, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    return { file, keyFile, cert: readFileSync(file, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  };
  return {
    /** Signed by itself; `extension`: such as `subjectAltName=IP:127.0.0.1`, of an authority where left out. */
    selfSigned(name: string, extension = AUTHORITY): Certificate {
      const out = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2'];
      openssl('req', '-x509', ...EC, ...out, '-subj', `/CN=${name}`, '-addext', extension);
      return made(name);
    },
    /** Signed by `by`. `from` and `to` in days from now. */
    signed(
      name: string,
      { by, extension = AUTHORITY, from = -1, to = 2 }: SignedOptions & { readonly by: Certificate },
    ): Certificate {
      const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`];
      openssl('req', '-new', ...EC, ...request, '-subj', `/CN=${name}`, '-addext', extension);
      const authority = ['-cert', by.file, '-keyfile', by.keyFile];
      const times = ['-startdate', stamp(from), '-enddate', stamp(to)];
      const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-notext'];
      openssl('ca', '-batch', '-config', 'ca.cnf', ...authority, ...times, ...files);
      return made(name);
    },
  };
}

interface SignedOptions {
  readonly extension?: string;
  readonly from?: number;
  readonly to?: number;
}

/** As `20260302100000Z`. */
function stamp(days: number): string {
  const time = new Date(Date.now() + days * 86_400_000).toISOString();
  return time.replace(/\.\d+/, '').replace(/[-:T]/g, '');
}
