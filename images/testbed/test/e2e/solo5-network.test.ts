import { describe, expect, it } from 'vitest';
import { run } from '../../src/process.ts';
import { lacks } from '../../src/requirements.ts';
import { buildTender } from '../../src/tender/build.ts';
import { buildGuest, PLATFORMS } from '../solo5/guest.ts';

/** Says which networks there are, and sends two frames to the second and three to the third. */
const SENDER = `
  const about = (handle) => [host.networkName(handle), host.networkMac(handle).toString(16), host.networkMtu(handle), host.networkOffloads(handle)];
  const frame = new Uint8Array(12 + 2000).fill(255, 12, 18);
  frame.set([8, 6], 24);
  const sent = [1, 1, 2, 2, 2].map((handle) => host.networkWrite(handle, frame, handle === 1 ? 12 + 60 : 12 + 2000));
  host.write(JSON.stringify([about(0), about(1), about(2), host.networkName(3) ?? null, sent]) + '\\n');
  let steps = 0;
  host.run(() => (steps++ < 1 ? host.monotonic() + 100 : host.halt(0)));`;

const DEVICES = ['a', 'b', 'c'].map((name) => ({ name, type: 'network' }) as const);

/** The TAP interfaces are attached in another order than the image declares its devices. */
const script = (image: string, options: string) => `
  set -e
  for i in 0 1 2; do
    ip tuntap add tap$i mode tap
    ip link set tap$i mtu $((1500 + i * 1000)) up
  done
  ${buildTender()} --mem=16 ${options} --net:c=tap2 --net:a=tap0 --net:b=tap1 \\
    --net-mac:b=02:00:5e:00:53:01 --net-mac:a=02:00:5e:00:53:00 --net-mac:c=02:00:5e:00:53:02 -- ${image}
  ip -json -statistics link show`;

/** Runs to its end a guest whose TAP interface goes away. */
const without = (image: string) => `
  ip tuntap add tap0 mode tap && ip link set tap0 up
  ${buildTender()} --mem=16 --net:a=tap0 -- ${image} & tender=$!
  sleep 0.3; ip link delete tap0; wait $tender`;

/** What `ip` says of an interface. */
interface Link {
  readonly ifname: string;
  readonly stats64: { readonly rx: { readonly packets: number } };
}

const unshared = (text: string) => run(['unshare', '--net', 'sh', '-c', text]);

describe.skipIf(lacks('root', 'netns', 'tap', 'cc')).each(PLATFORMS)(
  'networks on %s',
  (platform) => {
    const variants = platform === 'hvt' ? ['', '--net-ring --mem=18'] : [''];

    it.each(variants)('have their own names, addresses, MTUs and frames (%s)', async (options) => {
      const image = await buildGuest(platform, { script: SENDER, devices: DEVICES });
      const { stdout, stderr } = await unshared(script(image, options));
      const [said, links] = stdout.trim().split('\n');
      expect(stderr).toBe('');
      expect(JSON.parse(said)).toEqual([
        ['a', '2005e005300', 1500, 0],
        ['b', '2005e005301', 2500, 0],
        ['c', '2005e005302', 3500, 0],
        null,
        [true, true, true, true, true],
      ]);
      const received = (JSON.parse(links) as Link[]).map(({ ifname, stats64 }) => {
        return [ifname, stats64.rx.packets];
      });
      expect(received.filter(([name]) => name !== 'lo')).toEqual([
        ['tap0', 0],
        ['tap1', 2],
        ['tap2', 3],
      ]);
    });

    it('that go away end the program', async () => {
      const devices = DEVICES.slice(0, 1);
      const image = await buildGuest(platform, { script: 'host.run(() => Infinity);', devices });
      const { status, stdout, stderr } = await unshared(without(image));
      expect(stdout + stderr).toMatch(/(a network device|the device a) went away\n$/);
      expect(status).toBe(platform === 'spt' ? 69 : 1);
    });
  },
);
