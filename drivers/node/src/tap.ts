import { closeSync, constants, openSync } from 'node:fs';
import { FRAME_HEADER_LENGTH } from '@atoll/device/frame-header';
import koffi from 'koffi';

/** A TAP interface of the host, attached to this process. Linux only. */
export interface Tap {
  /** A non-blocking file descriptor: one read or write is one Ethernet frame. */
  readonly descriptor: number;
  readonly mtu: number;
  /** Whether each frame is behind a header, which says what is left to do for it. */
  readonly hasHeaders: boolean;
  /** Calls `listener` once, when there is something to read. */
  whenReadable(listener: () => void): void;
}

/**
 * Attaches the TAP interface `name`, with headers unless they are not wanted or Linux has none; throws
 * an error that says why it could not.
 */
export function openTap(name: string, wantsHeaders = true): Tap {
  if (name.length === 0 || name.length >= IFNAMSIZ)
    throw new Error(`"${name}" is no interface name`);
  const libc = koffi.load('libc.so.6');
  const ioctl = libc.func('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)');
  const setNumber = libc.func('int ioctl(int fd, unsigned long request, unsigned long argument)');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const poll = libc.func('int poll(_Inout_ uint8_t *fds, unsigned long count, int timeout)');
  const call = (fd: number, request: number, argument: Uint8Array, what: string): void => {
    if (ioctl(fd, request, argument) < 0) {
      throw new Error(`${what} ${name}: ${errorName(koffi.errno())}`);
    }
  };

  const descriptor = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const features = new Uint32Array(1);
    ioctl(descriptor, TUNGETFEATURES, new Uint8Array(features.buffer));
    const headers = wantsHeaders ? features[0] & IFF_VNET_HDR : 0;
    const request = interfaceRequest(name);
    new DataView(request.buffer).setUint16(IFNAMSIZ, IFF_TAP | IFF_NO_PI | headers, true);
    call(descriptor, TUNSETIFF, request, 'cannot attach to the TAP interface');
    if (headers !== 0) {
      const length = Uint8Array.of(FRAME_HEADER_LENGTH, 0, 0, 0);
      call(descriptor, TUNSETVNETHDRSZ, length, 'cannot set the length of headers of');
    }
    // An interface that outlives programs remembers what the last one asked for.
    setNumber(descriptor, TUNSETOFFLOAD, headers === 0 ? 0 : TUN_F_ALL);

    const control = socket(AF_INET, SOCK_DGRAM, 0);
    const answer = interfaceRequest(name);
    call(control, SIOCGIFMTU, answer, 'cannot read the MTU of');
    closeSync(control);
    const mtu = new DataView(answer.buffer).getInt32(IFNAMSIZ, true);

    // struct pollfd { int fd; short events; short revents; }
    const watched = new Uint8Array(8);
    new DataView(watched.buffer).setInt32(0, descriptor, true);
    watched[4] = POLLIN;
    return {
      descriptor,
      mtu,
      hasHeaders: headers !== 0,
      whenReadable: (listener) => poll.async(watched, 1, -1, () => listener()),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** An empty struct ifreq (40 bytes) for interface `name`. */
function interfaceRequest(name: string): Uint8Array {
  const request = new Uint8Array(40);
  request.set(Buffer.from(name, 'latin1'));
  return request;
}

function errorName(code: number): string {
  const { errno } = koffi.os;
  return Object.keys(errno).find((name) => errno[name] === code) ?? `errno ${code}`;
}

const IFNAMSIZ = 16;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const TUNSETIFF = 0x4004_54ca;
const TUNGETFEATURES = 0x8004_54cf;
const TUNSETOFFLOAD = 0x4004_54d0;
const TUNSETVNETHDRSZ = 0x4004_54d8;
/** What Linux may leave to us: checksums, and cutting TCP segments over IPv4, IPv6 and with CWR. */
const TUN_F_ALL = 0xf;
const SIOCGIFMTU = 0x8921;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const POLLIN = 0x001;
