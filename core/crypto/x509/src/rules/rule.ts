import type { Certificate } from '../certificate.ts';

/** Where a certificate stands in a chain. */
export type Position = 'peer' | 'intermediate' | 'root';

/** Why a certificate may not stand there; `undefined` when it may. */
export type CertificateRule = (certificate: Certificate, position: Position) => string | undefined;
