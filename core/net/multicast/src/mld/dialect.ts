import { ALL_MLDV2_ROUTERS, ALL_NODES, ALL_ROUTERS } from '@atoll/ipv6/address';
import type { Dialect } from '../dialect.ts';
import type { MldMessage } from './packet.ts';
import { DONE, QUERY, V1_REPORT, V2_REPORT } from './packet.ts';

/** MLDv2, and version 1 for routers that know no better (RFC 9777, RFC 2710). */
export const MLD: Dialect<bigint, MldMessage> = {
  latest: 2,
  hear(message) {
    if (message.type === V1_REPORT) return { kind: 'report', group: message.group };
    if (message.type !== QUERY) return undefined;
    const { version, group, sources, maxResponse, robustness, interval } = message;
    return {
      kind: 'query',
      version,
      group: group === 0n ? undefined : group,
      sources,
      maxResponse,
      robustness,
      interval: interval * 1000,
    };
  },
  isReported(group) {
    // Groups of no reach or of one interface never leave it (RFC 9777 section 6).
    return group !== ALL_NODES && ((group >> 112n) & 0xfn) > 1n;
  },
  report(records) {
    return { destination: ALL_MLDV2_ROUTERS, message: { type: V2_REPORT, records } };
  },
  oldReport(group) {
    return { destination: group, message: { type: V1_REPORT, group } };
  },
  oldLeave(group) {
    return { destination: ALL_ROUTERS, message: { type: DONE, group } };
  },
};
