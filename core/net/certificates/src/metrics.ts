import type { Families } from '@atoll/metrics/family';
import type { Certificates } from './certificates.ts';

/** For `Registry.collect`: how long the certificate is good, and whether the next one is on its way. */
export function collectCertificates(certificates: Pick<Certificates, 'status'>) {
  return (families: Families): void => {
    const { notAfter, renewAt, failures } = certificates.status;
    const gauge = (name: string, help: string, value: number) =>
      families.gauge(`atoll_certificate_${name}`, help, value);
    if (notAfter !== undefined) {
      gauge('expiry_timestamp_seconds', 'When the certificate in use ends.', notAfter / 1000);
    }
    if (renewAt !== undefined) {
      const help = 'When the next certificate is asked for.';
      gauge('renewal_timestamp_seconds', help, renewAt / 1000);
    }
    gauge('failures', 'Failed attempts since the last certificate.', failures);
  };
}
