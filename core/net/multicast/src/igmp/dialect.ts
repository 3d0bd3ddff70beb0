import type { Dialect } from '../dialect.ts';
import type { IgmpMessage } from './packet.ts';
import { LEAVE, QUERY, V1_REPORT, V2_REPORT, V3_REPORT } from './packet.ts';

/** IGMPv3, and versions 2 and 1 for routers that know no better (RFC 9776, RFC 2236). */
export const IGMP: Dialect<number, IgmpMessage> = {
  latest: 3,
  hear(message) {
    if (message.type === V1_REPORT || message.type === V2_REPORT) {
      return { kind: 'report', group: message.group };
    }
    if (message.type !== QUERY) return undefined;
    const { version, group, sources, maxResponse, robustness, interval } = message;
    return {
      kind: 'query',
      version,
      group: group === 0 ? undefined : group,
      sources,
      maxResponse: maxResponse * 100,
      robustness,
      interval: interval * 1000,
    };
  },
  isReported(group) {
    return group !== ALL_SYSTEMS;
  },
  report(records) {
    return { destination: V3_ROUTERS, message: { type: V3_REPORT, records } };
  },
  oldReport(group, version) {
    return { destination: group, message: { type: version === 1 ? V1_REPORT : V2_REPORT, group } };
  },
  oldLeave(group, version) {
    return version === 1
      ? undefined
      : { destination: ALL_ROUTERS, message: { type: LEAVE, group } };
  },
};

/** 224.0.0.1, of which everybody is a member without saying so. */
export const ALL_SYSTEMS = 0xe000_0001;
/** 224.0.0.2 and 224.0.0.22. */
const ALL_ROUTERS = 0xe000_0002;
const V3_ROUTERS = 0xe000_0016;
