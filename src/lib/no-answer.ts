/** Why there is no answer of GitLab's, and what to do about it. */
export interface NoAnswer {
  /** Of GitLab's address, as it follows a "because". */
  readonly why: string;
  /** As the rest of a sentence after a colon. */
  readonly remedy: string;
  /** What is wrong is there until somebody mends it: it passes by no waiting. */
  readonly isLasting: boolean;
}

const CA_FILE = 'set gitlab.caFile to a PEM file with';
const ONE = { isLasting: true } as const;

/** By patterns of what the system, OpenSSL and undici say. The first that fits counts. */
const KNOWN: readonly (NoAnswer & { readonly pattern: RegExp })[] = [
  {
    ...ONE,
    pattern: /Proxy response \(407\)/,
    why: 'the proxy wants a user and a password',
    remedy:
      'set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT, with what is no letter or digit percent-encoded',
  },
  {
    ...ONE,
    pattern: /Proxy response \(\d+\)|ERR_PROXY_CLOSED/,
    why: 'the proxy lets nobody through to it',
    remedy: 'have the proxy allow CONNECT to the host and port of gitlab.url, or name the host in NO_PROXY',
  },
  {
    ...ONE,
    pattern: /UND_ERR_PRX_TLS/,
    why: 'the certificate of the proxy is for another name',
    remedy:
      'set HTTPS_PROXY to the name in that certificate, or to http:// if the proxy speaks no TLS itself',
  },
  {
    ...ONE,
    pattern: /CERT_HAS_EXPIRED/,
    why: 'its certificate has expired',
    remedy: 'renew the certificate of GitLab, or set the clock here if that is wrong',
  },
  {
    ...ONE,
    pattern: /CERT_NOT_YET_VALID/,
    why: 'its certificate is not valid yet',
    remedy: 'set the clock here, or have GitLab use a certificate that is valid today',
  },
  {
    ...ONE,
    pattern: /ALTNAME/,
    why: 'its certificate is for another name',
    remedy: 'set gitlab.url to a name that is in the certificate, or add this one to the certificate',
  },
  {
    ...ONE,
    pattern: /DEPTH_ZERO_SELF_SIGNED/,
    why: 'its certificate is signed by itself',
    remedy: `${CA_FILE} this very certificate`,
  },
  {
    ...ONE,
    pattern: /UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER/,
    why: 'its certificate is not trusted: its certificate authority is unknown here, or GitLab does not send the intermediate certificate',
    remedy: `${CA_FILE} that authority, and have GitLab send its certificate with all intermediate ones behind it`,
  },
  {
    ...ONE,
    pattern: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/,
    why: 'its certificate is not trusted',
    remedy: `${CA_FILE} the certificate authority of your company`,
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    why: 'its name is not known here',
    remedy: 'check the spelling of gitlab.url, and that this machine can resolve the name',
    isLasting: false,
  },
  {
    pattern: /EPROTO|SSL|TLS/,
    why: 'TLS fails',
    remedy: 'is it plain HTTP? Then gitlab.url begins with http://. Else look at the proxies in between',
    isLasting: false,
  },
  {
    pattern: /ECONNREFUSED/,
    why: 'nothing listens there',
    remedy: 'check the port of gitlab.url, and that GitLab is running',
    isLasting: false,
  },
];

const UNKNOWN: NoAnswer = {
  why: 'there is no answer',
  remedy: 'look for a firewall in between',
  isLasting: false,
};

/** Explains an error of a connection by its code, such as `CERT_HAS_EXPIRED`, and its own words. */
export function explainNoAnswer(code: string, words: string): NoAnswer {
  return KNOWN.find(({ pattern }) => pattern.test(code) || pattern.test(words)) ?? UNKNOWN;
}
