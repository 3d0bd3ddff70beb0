import type { IpAddress } from '@atoll/device/socket';

/** What is found by the addresses and ports of a segment. */
export interface Entry {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** For the table: the next one that differs in the local address only. */
  sibling: Entry | undefined;
}

/** All connections, by local port, then by the peer, then by the local address. */
export class Table<E extends Entry> {
  /** How many there are. To be read only. */
  size = 0;
  readonly #ports = new Map<number, Peers<E>>();

  find(
    localAddress: IpAddress,
    localPort: number,
    remoteAddress: IpAddress,
    remotePort: number,
  ): E | undefined {
    const peers = this.#ports.get(localPort);
    if (peers === undefined) return undefined;
    const key = peerKey(remoteAddress, remotePort);
    let entry =
      peers.map !== undefined ? peers.map.get(key) : peers.key === key ? peers.only : undefined;
    while (entry !== undefined && entry.localAddress !== localAddress) {
      entry = entry.sibling as E | undefined;
    }
    return entry;
  }

  /** Adds `entry`, which must not be there yet. */
  add(entry: E): void {
    this.size++;
    const key = peerKey(entry.remoteAddress, entry.remotePort);
    const peers = this.#ports.get(entry.localPort);
    if (peers === undefined) {
      this.#ports.set(entry.localPort, { key, only: entry, map: undefined });
      return;
    }
    peers.map ??= new Map(peers.only === undefined ? [] : [[peers.key, peers.only]]);
    peers.only = undefined;
    entry.sibling = peers.map.get(key);
    peers.map.set(key, entry);
  }

  /** Removes `entry`, if it is there. */
  remove(entry: E): void {
    const peers = this.#ports.get(entry.localPort);
    if (peers === undefined) return;
    if (peers.map === undefined) {
      if (peers.only !== entry) return;
      this.#ports.delete(entry.localPort);
      this.size--;
      return;
    }
    const key = peerKey(entry.remoteAddress, entry.remotePort);
    const first = peers.map.get(key);
    if (first === entry) {
      if (entry.sibling !== undefined) peers.map.set(key, entry.sibling as E);
      else peers.map.delete(key);
    } else {
      let before: Entry | undefined = first;
      while (before !== undefined && before.sibling !== entry) before = before.sibling;
      if (before === undefined) return;
      before.sibling = entry.sibling;
    }
    entry.sibling = undefined;
    if (peers.map.size === 0) this.#ports.delete(entry.localPort);
    this.size--;
  }

  /** Whether anything has the local port `port`. */
  uses(port: number): boolean {
    return this.#ports.has(port);
  }
}

/** Those at one local port. A connection that we opened is mostly alone there and needs no map. */
interface Peers<E> {
  key: number | bigint;
  only: E | undefined;
  map: Map<number | bigint, E> | undefined;
}

/** Of an IPv4 peer a number of 48 bits; those of IPv6 peers are of another type, so all differ. */
function peerKey(address: IpAddress, port: number): number | bigint {
  if (typeof address === 'number') return address * 0x1_0000 + port;
  return (address << 16n) | BigInt(port);
}
