import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate, those behind it, and a key, in PEM files. */
export interface Papers {
  readonly certificate: string;
  readonly key: string;
  readonly chain: string | undefined;
}

/** What people have who are not let in, made by OpenSSL in a folder. */
export class PapersMaker {
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  selfSigned(): Papers {
    return this.#make('/CN=Somebody', BOTH_ROLES);
  }

  /** Of an authority that is called like the real one. */
  namesake(): Papers {
    return this.#issued(this.#authority('/CN=Pinata CA'));
  }

  /** Through an authority in between that says to be of `root`, the real one, which stands behind it. */
  forgedChain(root: string): Papers {
    const between = this.#authority('/CN=Between', this.#authority('/CN=Pinata CA'));
    const chain = this.#path('chain');
    writeFileSync(
      chain,
      readFileSync(between.certificate, 'latin1') + readFileSync(root, 'latin1'),
    );
    return { ...this.#issued(between), chain };
  }

  #authority(subject: string, parent?: Papers): Papers {
    const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'];
    return this.#make(subject, extensions, parent);
  }

  #issued(authority: Papers): Papers {
    const issued = this.#make('/CN=Somebody', BOTH_ROLES, authority);
    return { ...issued, chain: authority.certificate };
  }

  #make(subject: string, extensions: readonly string[], parent?: Papers): Papers {
    this.#count++;
    const [certificate, key] = [this.#path('pem'), this.#path('key')];
    const by = parent === undefined ? [] : ['-CA', parent.certificate, '-CAkey', parent.key];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const files = ['-days', '2', '-keyout', key, '-out', certificate];
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    const command = ['req', '-x509', '-subj', subject, ...kind, ...by, ...added, ...files];
    execFileSync('openssl', command, { stdio: 'pipe' });
    return { certificate, key, chain: undefined };
  }

  #path(suffix: string): string {
    return join(this.#folder, `papers-${this.#count}.${suffix}`);
  }
}

/** As OpenSSL's tools take them. */
export function words({ certificate, key, chain }: Papers): string[] {
  return [
    '-cert',
    certificate,
    '-key',
    key,
    ...(chain === undefined ? [] : ['-cert_chain', chain]),
  ];
}

const BOTH_ROLES = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=serverAuth,clientAuth',
  'subjectAltName=DNS:server.pinata.internal',
];
