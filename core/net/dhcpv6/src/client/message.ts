/** The client's messages (RFC 9915 section 18.2). */
import { ALL_DHCP_AGENTS } from '@atoll/ipv6/address';
import { iaOption, SUCCESS } from '../identity-association.ts';
import { numbersOption, OPTION, type Option } from '../option.ts';
import { emitMessage, MESSAGE_TYPE, SERVER_PORT } from '../packet.ts';
import type { ClientTransmission } from './event.ts';
import type { Dhcpv6ClientOptions } from './options.ts';
import type { Asking, State } from './state.ts';

/** The next message of `state`; `wanted` are addresses that we would like to have. */
export function messageOf(
  state: Extract<State, Asking>,
  identity: Required<Dhcpv6ClientOptions>,
  wanted: readonly bigint[],
  now: number,
): ClientTransmission {
  const elapsed = state.sent === 0 ? 0 : Math.floor((now - state.began) / 10);
  const options: Option[] = [
    { code: OPTION.CLIENT_ID, data: identity.duid },
    numbersOption(OPTION.ELAPSED_TIME, [Math.min(elapsed, 0xffff)]),
  ];
  const server = serverOf(state);
  if (server !== undefined) options.push({ code: OPTION.SERVER_ID, data: server });
  const requested = REQUESTED[state.name];
  if (requested.length > 0) options.push(numbersOption(OPTION.OPTION_REQUEST, requested));
  if (state.name === 'soliciting' && identity.rapidCommit) {
    options.push({ code: OPTION.RAPID_COMMIT, data: new Uint8Array(0) });
  }
  if (state.name !== 'informing') {
    options.push(association(identity.iaid, addressesOf(state) ?? wanted));
  }
  const { transactionId } = state;
  const payload = emitMessage({ type: TYPES[state.name], transactionId, options });
  return { to: { address: ALL_DHCP_AGENTS, port: SERVER_PORT }, payload };
}

/** The server that a message is for, or an answer must come from; `undefined` for any. */
export function serverOf(state: State): Uint8Array | undefined {
  if (state.name === 'renewing') return state.lease.serverIdentifier;
  if (state.name === 'soliciting') return undefined;
  return 'offer' in state ? state.offer?.serverIdentifier : undefined;
}

function addressesOf(state: State): readonly bigint[] | undefined {
  if (state.name === 'soliciting') return undefined;
  if ('offer' in state) return state.offer?.addresses;
  return 'lease' in state ? state.lease?.addresses.map(({ address }) => address) : undefined;
}

/** The client leaves all times to the server (section 18.2.1). */
function association(iaid: number, addresses: readonly bigint[]): Option {
  const lifetimes = { preferredLifetime: 0, validLifetime: 0, status: SUCCESS };
  return iaOption({
    iaid,
    t1: 0,
    t2: 0,
    addresses: addresses.map((address) => ({ address, ...lifetimes })),
    status: SUCCESS,
  });
}

const TYPES = {
  soliciting: MESSAGE_TYPE.SOLICIT,
  requesting: MESSAGE_TYPE.REQUEST,
  renewing: MESSAGE_TYPE.RENEW,
  rebinding: MESSAGE_TYPE.REBIND,
  confirming: MESSAGE_TYPE.CONFIRM,
  releasing: MESSAGE_TYPE.RELEASE,
  declining: MESSAGE_TYPE.DECLINE,
  informing: MESSAGE_TYPE.INFORMATION_REQUEST,
} as const;

/** SOL_MAX_RT and INF_MAX_RT must be asked for (sections 21.24 and 21.25). */
const CONFIGURATION = [OPTION.DNS_SERVERS, OPTION.DOMAIN_LIST, OPTION.SOL_MAX_RT];

const REQUESTED: Readonly<Record<keyof typeof TYPES, readonly number[]>> = {
  soliciting: CONFIGURATION,
  requesting: CONFIGURATION,
  renewing: CONFIGURATION,
  rebinding: CONFIGURATION,
  confirming: [],
  releasing: [],
  declining: [],
  informing: [
    OPTION.DNS_SERVERS,
    OPTION.DOMAIN_LIST,
    OPTION.INFORMATION_REFRESH_TIME,
    OPTION.INF_MAX_RT,
  ],
};
