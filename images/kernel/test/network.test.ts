import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { build } from './image.ts';

/** Answers ARP requests for 192.0.2.2 and ICMP echo requests by turning the frames around. */
const RESPONDER = `
  const handle = 0;
  const bytes = new Uint8Array(12 + 2048), frame = bytes.subarray(12);
  const hex = (from) => Array.from(from, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const mac = host.networkMac(handle);
  const copy = (to, from, length) => { for (let i = 0; i < length; i++) frame[to + i] = frame[from + i]; };
  const putMac = (at) => { for (let i = 0, m = mac; i < 6; i++, m = Math.floor(m / 256)) frame[at + 5 - i] = m % 256; };
  host.write([host.networkName(0), host.networkName(1), mac.toString(16), host.networkMtu(handle), host.networkOffloads(handle)].join(' ') + '\\n');
  host.run(() => {
    for (let length; (length = host.networkRead(handle, bytes)) > 0; ) {
      if (frame[12] === 8 && frame[13] === 6 && frame[21] === 1 && frame[41] === 2) {
        copy(0, 6, 6); putMac(6);
        frame[21] = 2;
        copy(32, 22, 10); putMac(22);
        frame.set([192, 0, 2, 2], 28);
        bytes.fill(0, 0, 12); host.networkWrite(handle, bytes, length);
      } else if (frame[12] === 8 && frame[13] === 0 && frame[23] === 1 && frame[34] === 8) {
        copy(0, 6, 6); putMac(6);
        const source = frame.slice(26, 30);
        copy(26, 30, 4); frame.set(source, 30);
        frame[34] = 0;
        const sum = frame[36] * 256 + frame[37] + 0x800;
        const folded = (sum & 0xffff) + (sum >> 16);
        frame[36] = folded >> 8; frame[37] = folded;
        bytes.fill(0, 0, 12); host.networkWrite(handle, bytes, length);
      } else if (frame[12] === 8 && frame[13] === 0 && frame[23] === 17) {
        host.write('UDP ' + length + ' behind ' + hex(bytes.subarray(0, 12)) + '\\n');
        // A TCP segment for Linux to cut; what makes no sense is not taken.
        frame[23] = 6; frame.fill(0x50, 46, 47);
        const tries = ['010136006400220010000000', '010136000000220010000000', '0101360064002200fff00000'];
        host.write(tries.map((header) => {
          bytes.set(header.match(/../g).map((byte) => parseInt(byte, 16)));
          return host.networkWrite(handle, bytes, 12 + 1400);
        }).join() + '\\n');
      }
    }
    return Infinity;
  });`;

const missing = ['/dev/net/tun', '/usr/bin/ping', '/usr/bin/unshare'].filter(
  (path) => !existsSync(path),
);
const canRun = process.getuid?.() === 0 && missing.length === 0;

it.skipIf(!canRun)(
  'moves frames between a TAP device and JavaScript (needs root and ping)',
  async () => {
    const image = await build(RESPONDER);
    const script = `
    set -e
    ip tuntap add tap0 mode tap && ip link set tap0 mtu 1400 up && ip address add 192.0.2.1/24 dev tap0
    ${image} --net:service=tap0 --net-mac:service=02:00:5e:00:53:01 & image=$!
    ping -c 3 -i 0.05 -W 5 -s 1300 192.0.2.2
    bash -c 'printf hello > /dev/udp/192.0.2.2/9'; sleep 0.2
    kill $image; wait $image
    ${image} --net:service=tap0 & image=$!
    sleep 0.2; ip link delete tap0; wait $image`;
    const { stdout, status } = spawnSync('unshare', ['--net', 'sh', '-c', script], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('service  2005e005301 1400 3\n');
    expect(stdout).toContain('3 packets transmitted, 3 received, 0% packet loss');
    // Flags 1: Linux left the checksum, 6 octets behind the header of UDP at 34, to whoever reads.
    expect(stdout).toContain('UDP 59 behind 010000000000220006000000\n');
    expect(stdout).toContain('true,false,false\n');
    expect(stdout).toContain('atoll: the network device service went away\n');
    expect(status).toBe(69);
  },
);
