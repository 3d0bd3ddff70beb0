import type { GroupRecord } from './record.ts';

/** A message and the group that it is for. */
export interface Outgoing<Address, Message> {
  readonly destination: Address;
  readonly message: Message;
}

/** What a message means for a member, whichever protocol it is from. */
export type Heard<Address> =
  | {
      readonly kind: 'query';
      readonly version: number;
      /** `undefined` asks for all groups. */
      readonly group: Address | undefined;
      readonly sources: readonly Address[];
      /** How long answers may take, in milliseconds. */
      readonly maxResponse: number;
      /** 0 says nothing about it. */
      readonly robustness: number;
      /** Between queries, in milliseconds; 0 says nothing about it. */
      readonly interval: number;
    }
  /** Another host reported `group` in an older version, in which one report is enough for all. */
  | { readonly kind: 'report'; readonly group: Address };

/** The wire of one protocol, IGMP or MLD, under the same behaviour. */
export interface Dialect<Address, Message> {
  /** The version that is spoken when nobody asks in an older one. */
  readonly latest: number;
  /** `undefined` when it is of no interest to a member. */
  hear(message: Message): Heard<Address> | undefined;
  /** Whether membership in `group` is reported: not in those of which everybody is a member. */
  isReported(group: Address): boolean;
  /** In the latest version. */
  report(records: readonly GroupRecord<Address>[]): Outgoing<Address, Message>;
  /** In an older version. */
  oldReport(group: Address, version: number): Outgoing<Address, Message>;
  /** In an older version; `undefined` when it has none. */
  oldLeave(group: Address, version: number): Outgoing<Address, Message> | undefined;
}
