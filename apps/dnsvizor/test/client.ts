/** A client of the simulated LAN: gets a lease, keeps it, and asks DNS questions meanwhile. */
import { internetChecksum, sum } from '@atoll/bytes/checksum';
import type { UdpSocket } from '@atoll/device/socket';
import { OPTION } from '@atoll/dhcp/option';
import type { DhcpMessage } from '@atoll/dhcp/packet';
import {
  BOOTREQUEST,
  BROADCAST_FLAG,
  CLIENT_PORT,
  ETHERNET,
  emitMessage as emitDhcp,
  MESSAGE_TYPE,
  parseMessage as parseDhcp,
  SERVER_PORT,
} from '@atoll/dhcp/packet';
import { QUERY } from '@atoll/dns/message';
import { parseName } from '@atoll/dns/name';
import { emitMessage, parseMessage } from '@atoll/dns/packet';
import { BROADCAST_MAC, macAt, writeMac } from '@atoll/ethernet/address';
import { Logger } from '@atoll/log/log';
import { expect as unwrap } from '@atoll/result/result';
import type { Lan } from '@atoll/sim/lan';
import { Stack } from '@atoll/stack/stack';

const SERVER = 0x0a00_0002;
const SERVER_TEXT = Uint8Array.of(10, 0, 0, 2);

export class SimulatedClient {
  readonly name: string;
  address: number | undefined;
  leases = 0;
  renewals = 0;
  answers = 0;
  readonly #lan: Lan;
  readonly #host: ReturnType<Lan['host']>;
  readonly #ask: (client: SimulatedClient) => string;
  #stack: Stack | undefined;
  #dhcp: UdpSocket | undefined;
  #dns: UdpSocket | undefined;
  #offered: number | undefined;
  #xid = 0;
  #next = 0;
  #renewAt = 0;
  #endsAt = 0;

  /** `ask` chooses the names that this client looks up, one every few seconds. */
  constructor(lan: Lan, name: string, ask: (client: SimulatedClient) => string) {
    this.name = name;
    this.#lan = lan;
    this.#host = lan.host(name);
    this.#ask = ask;
    this.#next = lan.random.below(10_000);
    this.#host.run({ poll: (now) => this.#poll(now) });
  }

  /** Leaves the network, politely or by pulling the cable; it comes back with a new DISCOVER. */
  leave(politely: boolean): void {
    if (politely && this.address !== undefined) this.#send(MESSAGE_TYPE.RELEASE);
    this.#forget();
  }

  #poll(now: number): number {
    if (this.#stack === undefined) this.#readFrames();
    else this.#stack.poll(now);
    if (now < this.#next) return this.#next;
    this.#next = now + 2000 + this.#lan.random.below(4000);
    if (this.address !== undefined && now >= this.#endsAt) this.#forget();
    if (this.address === undefined) {
      this.#offered = undefined;
      this.#send(MESSAGE_TYPE.DISCOVER);
    } else if (now >= this.#renewAt) {
      this.#send(MESSAGE_TYPE.REQUEST);
    } else {
      this.#lookUp(this.#ask(this));
    }
    return this.#next;
  }

  #lookUp(name: string): void {
    const query = {
      ...QUERY,
      id: this.#lan.random.below(65_536),
      questions: [{ name: unwrap(parseName(name)), type: 1, class: 1 }],
    };
    this.#dns?.send(emitMessage(query), { address: SERVER, port: 53 });
  }

  #handleDhcp(payload: Uint8Array): void {
    const parsed = parseDhcp(payload);
    if (!parsed.ok || parsed.value.xid !== this.#xid || !this.#isMine(parsed.value)) return;
    const { type, yiaddr, options } = parsed.value;
    if (type === MESSAGE_TYPE.OFFER && this.address === undefined) {
      this.#offered = yiaddr;
      this.#send(MESSAGE_TYPE.REQUEST, this.#xid);
    } else if (type === MESSAGE_TYPE.NAK) {
      this.#forget();
    } else if (type === MESSAGE_TYPE.ACK) {
      const seconds = u32(options.get(OPTION.LEASE_TIME));
      this.#renewAt = this.#lan.now + seconds * 500;
      this.#endsAt = this.#lan.now + seconds * 1000;
      if (this.address === undefined) this.#configure(yiaddr);
      else this.renewals++;
    }
  }

  #isMine({ chaddr }: DhcpMessage): boolean {
    return macAt(chaddr, 0) === this.#host.device.mac;
  }

  #configure(address: number): void {
    this.leases++;
    this.address = address;
    const { device, entropy } = this.#host;
    this.#stack = new Stack({ entropy, log: new Logger(() => {}) });
    this.#stack.attach({ device, ipv4: { address, length: 24 } });
    this.#dhcp = this.#stack.udp.bind(CLIENT_PORT, (payload) => this.#handleDhcp(payload));
    this.#dns = this.#stack.udp.bind(0, (payload) => {
      if (parseMessage(payload).ok) this.answers++;
    });
  }

  #forget(): void {
    this.address = undefined;
    this.#stack = undefined;
    this.#dhcp = undefined;
    this.#dns = undefined;
  }

  #send(type: number, xid = this.#lan.random.below(2 ** 32)): void {
    this.#xid = xid;
    const mac = new Uint8Array(6);
    writeMac(mac, 0, this.#host.device.mac);
    const name = Uint8Array.from(this.name, (character) => character.charCodeAt(0));
    const options = new Map<number, Uint8Array>([[OPTION.HOSTNAME, name]]);
    if (type === MESSAGE_TYPE.REQUEST && this.address === undefined) {
      options.set(OPTION.REQUESTED_ADDRESS, bytes(this.#offered ?? 0));
    }
    const isRenewal = type === MESSAGE_TYPE.REQUEST && this.address !== undefined;
    if (type !== MESSAGE_TYPE.DISCOVER && !isRenewal)
      options.set(OPTION.SERVER_IDENTIFIER, SERVER_TEXT);
    const message: DhcpMessage = {
      op: BOOTREQUEST,
      type,
      htype: ETHERNET,
      hops: 0,
      xid,
      secs: 0,
      flags: this.address === undefined ? BROADCAST_FLAG : 0,
      ciaddr: this.address ?? 0,
      yiaddr: 0,
      siaddr: 0,
      giaddr: 0,
      chaddr: mac,
      sname: '',
      file: '',
      options,
    };
    const payload = emitDhcp(message);
    if (this.#dhcp !== undefined) {
      this.#dhcp.send(payload, { address: SERVER, port: SERVER_PORT });
    } else {
      this.#broadcast(payload);
    }
  }

  /** Sends a datagram from 0.0.0.0 to everybody, as long as there is no address to send from. */
  #broadcast(payload: Uint8Array): void {
    const { device } = this.#host;
    const frame = device.transmit();
    if (frame === undefined) return;
    const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset);
    frame.bytes.fill(0, 0, HEADERS);
    writeMac(frame.bytes, 0, BROADCAST_MAC);
    writeMac(frame.bytes, 6, device.mac);
    view.setUint16(12, 0x0800);
    view.setUint16(14, 0x4500);
    view.setUint16(16, HEADERS - 14 + payload.length);
    view.setUint16(22, 0x4011);
    view.setUint32(30, 0xffff_ffff);
    view.setUint16(24, internetChecksum(frame.bytes, 14, 34));
    view.setUint16(34, CLIENT_PORT);
    view.setUint16(36, SERVER_PORT);
    view.setUint16(38, 8 + payload.length);
    frame.bytes.set(payload, HEADERS);
    frame.length = HEADERS + payload.length;
    const pseudoHeader = sum(frame.bytes, 26, 34) + 17 + 8 + payload.length;
    view.setUint16(40, internetChecksum(frame.bytes, 34, frame.length, pseudoHeader) || 0xffff);
    device.send(frame);
  }

  /** Before there is an address, only datagrams to port 68 matter. */
  #readFrames(): void {
    for (let frame = this.#host.device.receive(); frame; frame = this.#host.device.receive()) {
      const packet = frame.bytes.subarray(0, frame.length);
      const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
      const isUdp = packet.length > HEADERS && view.getUint16(12) === 0x0800 && packet[23] === 17;
      if (isUdp && internetChecksum(packet, 14, 34) === 0 && view.getUint16(36) === CLIENT_PORT) {
        this.#handleDhcp(packet.subarray(HEADERS));
        if (this.#stack !== undefined) return;
      }
    }
  }
}

/** Ethernet, IPv4 and UDP headers. */
const HEADERS = 42;

function bytes(address: number): Uint8Array {
  return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}

function u32(value: Uint8Array | undefined): number {
  return (value ?? new Uint8Array(4)).reduce((number, byte) => number * 256 + byte, 0);
}
