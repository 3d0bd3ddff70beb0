import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { build, evaluate } from './image.ts';

/** Buffers for a responder of device 0. */
const BUFFERS = `
  const [received, out] = [new Uint8Array(12 + 2048), new Uint8Array(12 + 2048)];
  const counters = new Float64Array(5), bytes = new Uint8Array(counters.buffer);
  const frame = received.subarray(12), answer = out.subarray(12);`;

/**
 * Answers ICMP echo requests by a responder, ARP by the driver, and says at a datagram what happened. The
 * responder is told what Linux says of checksums: it writes those of ICMP and leaves those of UDP.
 */
const answering = (deadline: string) => `${BUFFERS}
  let steps = 0, checked = '';
  host.networkRespond(0, received, out, bytes, (from, length, isChecked, to, now) => {
    if (from !== host.address(frame) || to !== host.address(answer)) throw new Error('elsewhere');
    if (Math.abs(host.monotonic() - now) > 1000) throw new Error('at another time');
    if (frame[12] !== 8 || frame[13] !== 0) return NaN;
    checked += isChecked;
    if (frame[23] !== 1) return 0;
    answer.set(frame.subarray(0, length));
    answer.set(frame.subarray(6, 12)); answer.set(frame.subarray(0, 6), 6);
    answer.set(frame.subarray(26, 30), 30); answer.set(frame.subarray(30, 34), 26);
    answer[34] = 0;
    const sum = answer[36] * 256 + answer[37] + 0x800, folded = (sum & 0xffff) + (sum >> 16);
    answer[36] = folded >> 8; answer[37] = folded;
    return length;
  });
  host.run(() => {
    steps++;
    for (let length; (length = host.networkRead(0, received)) > 0; ) {
      if (frame[12] === 8 && frame[13] === 6 && frame[21] === 1 && frame[41] === 2) {
        frame.copyWithin(0, 6, 12); frame.set([2, 0, 0x5e, 0, 0x53, 1], 6);
        frame[21] = 2;
        frame.copyWithin(32, 22, 32); frame.copyWithin(22, 6, 12); frame.set([192, 0, 2, 2], 28);
        host.networkWrite(0, received, length);
      } else if (frame[12] === 8 && frame[13] === 0 && frame[23] === 17) {
        host.write('checked ' + checked + ' counters ' + counters.join() + ' steps ' + steps + '\\n');
      }
    }
    return ${deadline};
  });
  host.write('ready\\n');`;

const canRun = process.getuid?.() === 0 && ['/dev/net/tun', '/usr/bin/ping'].every(existsSync);

/** Runs `script`, in which `$IMAGE` starts the image of `source`, beside a TAP device. */
async function beside(source: string, script: string) {
  const image = await build(source);
  const setUp = `
    set -e
    sysctl -qw net.ipv6.conf.default.disable_ipv6=1
    ip tuntap add tap0 mode tap && ip link set tap0 up && ip address add 192.0.2.1/24 dev tap0
    IMAGE="${image} --net:service=tap0 --net-mac:service=02:00:5e:00:53:01"
    OUTPUT="${image}.output"`;
  return spawnSync('unshare', ['--net', 'sh', '-c', setUp + script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
}

describe.skipIf(!canRun)('a responder (needs root and ping)', () => {
  it.each([
    ['sees what is left', 'Infinity', 1, 50],
    ['is still called in time', 'host.monotonic() + 10', 10, 1e6],
  ])('answers without the program, which %s', async (_, deadline, least, most) => {
    const { stdout } = await beside(
      answering(deadline),
      `
      $IMAGE > $OUTPUT & image=$!
      until grep -q ready $OUTPUT; do sleep 0.05; done
      ping -c 200 -i 0.002 -W 5 -s 1000 192.0.2.2
      bash -c 'printf hello > /dev/udp/192.0.2.2/9'
      until grep -q checked $OUTPUT; do sleep 0.05; done
      kill $image; wait $image; cat $OUTPUT`,
    );
    expect(stdout).toContain('200 packets transmitted, 200 received, 0% packet loss');
    const answered = `200,${200 * 1042},200,${200 * 1042},0`;
    const said = `checked ${'0'.repeat(200)}1 counters ${answered} steps `;
    expect(stdout).toContain(said);
    const steps = Number.parseInt(stdout.slice(stdout.indexOf(said) + said.length), 10);
    expect(steps).toBeGreaterThanOrEqual(least);
    expect(steps).toBeLessThanOrEqual(most);
  });

  it('that writes more than there is room for ends the program', async () => {
    const { stdout, status } = await beside(
      `${BUFFERS} host.networkRespond(0, received, out, bytes, () => 2049); host.run(() => Infinity);`,
      `
      ping -i 0.1 192.0.2.2 >/dev/null 2>&1 & ping=$!
      status=0; $IMAGE || status=$?
      kill $ping; exit $status`,
    );
    expect(stdout).toBe('atoll: an answer is longer than there is room for it\n');
    expect(status).toBe(70);
  });

  it('is refused where it makes no sense', async () => {
    const misuse = [
      'host.networkRespond(1, received, out, bytes, () => 0)',
      'host.networkRespond(0, received, out, bytes, 7)',
      'host.networkRespond(0, received, out, counters, () => 0)',
      'host.networkRespond(0, received, out, bytes.subarray(1), () => 0)',
      'host.networkRespond(0, received, new Uint8Array(11), bytes, () => 0)',
      'host.networkRespond(0, received, out, bytes, () => 0)',
      'host.networkRespond(0, received, out, bytes, () => 0)',
    ].map(
      (call) => `try { ${call}; host.write('set\\n') } catch (e) { host.write(e.message + '\\n') }`,
    );
    const { stdout } = await beside(`${BUFFERS} ${misuse.join('\n')}`, '\n$IMAGE');
    expect(stdout.split('\n')).toEqual([
      'networkRespond: no such device',
      'networkRespond: not a function',
      expect.stringMatching(/Uint8Array/),
      'networkRespond: not enough room',
      'networkRespond: not enough room',
      'set',
      'networkRespond: there is a responder',
      '',
    ]);
  });
});

it('is refused without a device', async () => {
  const { output } = await evaluate(`${BUFFERS}
    try { host.networkRespond(0, received, out, bytes, () => 0) } catch (e) { host.write(e.message) }`);
  expect(output).toBe('networkRespond: no such device');
});
