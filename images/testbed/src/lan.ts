import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abandoned, PREFIX, removedAtExit } from './leftovers.ts';
import type { NamespaceOptions } from './namespace.ts';
import { Namespace, sweepNamespaces } from './namespace.ts';

/**
 * A network of its own: a bridge in one namespace, and every host in another. Nothing outside of
 * these namespaces is changed, and nothing in them can be reached from outside.
 */
export class Lan {
  /** Where the bridge and the TAP interfaces are. */
  readonly wire: Namespace;
  /** A folder for the files of programs; it goes away with the network. */
  readonly folder: string;
  readonly #removeFolder: () => void;
  /** Hosts, and to what they are plugged in. */
  readonly #hosts = new Map<Host, string>();
  readonly #links = ['bridge'];
  #macs = 0;

  constructor() {
    sweepNamespaces();
    sweepFolders();
    const folder = mkdtempSync(join(tmpdir(), PREFIX));
    this.folder = folder;
    this.#removeFolder = removedAtExit(() => removeFolder(folder));
    this.wire = new Namespace('wire');
    // Linux would drop malformed packets on their way over the bridge: they are for the server to see.
    for (const tables of ['iptables', 'ip6tables', 'arptables']) {
      this.wire.set(`net.bridge.bridge-nf-call-${tables}`, '0');
    }
    this.wire.configure(
      'link add bridge type bridge forward_delay 0 mcast_snooping 0',
      'link set bridge up',
    );
  }

  /** Plugs in a new host; `address` is such as `10.0.0.9/24`, none for one that shall ask for it. */
  host(role: string, address?: string, options?: NamespaceOptions): Host {
    const host = new Host(role, this.newMac(), options);
    const port = `port${this.#links.length}`;
    this.#hosts.set(host, port);
    this.wire.configure(
      `link add ${port} type veth peer name eth0 address ${host.mac} netns ${host.name}`,
      `link set ${port} master bridge up`,
    );
    this.#links.push(port);
    host.plugIn(address);
    return host;
  }

  /**
   * A new host on a cable to `router`, which forwards from now on, and to which its default routes lead.
   * Packets for it are up to `mtu` octets long, and it does not know that; its own are up to 1280.
   */
  behind(router: Host, role: string, networks: readonly FarNetwork[], mtu = 1500): Host {
    const host = new Host(role, this.newMac(), { ipv6: true });
    this.#hosts.set(host, 'eth1');
    router.configure(
      `link add eth1 type veth peer name eth0 address ${host.mac} netns ${host.name}`,
      `link set eth1 mtu ${mtu} up`,
    );
    host.plugIn(undefined);
    for (const { address, gateway } of networks) {
      const [, length] = address.split('/');
      router.configure(`address add ${gateway}/${length} dev eth1`);
      host.configure(
        `address add ${address} dev eth0`,
        `route add default via ${gateway} mtu 1280 advmss 1440`,
      );
    }
    router.set('net.ipv4.ip_forward', '1');
    router.set('net.ipv6.conf.all.forwarding', '1');
    return host;
  }

  /**
   * Plugs in a new host whose `eth0` is a TAP interface. Answers the one on the bridge, too, for a
   * program that carries frames between the two.
   */
  hostBehindTap(role: string, address: string): [host: Host, near: string] {
    const host = new Host(role, this.newMac());
    const near = this.tap();
    this.#hosts.set(host, near);
    host.configure('tuntap add eth0 mode tap', `link set eth0 address ${host.mac}`);
    host.plugIn(address);
    return [host, near];
  }

  /** Plugs in a new TAP interface for a program that runs in {@link wire}; answers its name. */
  tap(bridge = 'bridge'): string {
    const tap = `tap${this.#links.length}`;
    this.wire.configure(`tuntap add ${tap} mode tap`, `link set ${tap} master ${bridge} up`);
    this.#links.push(tap);
    return tap;
  }

  /**
   * Moves `host` from the bridge to one of its own. Answers TAP interfaces on either, for a program in
   * {@link wire} that carries frames between the two.
   */
  setApart(host: Host): [near: string, far: string] {
    const port = this.#hosts.get(host);
    if (port === undefined) throw new Error(`${host.name} is not plugged in here`);
    const near = this.tap();
    const island = `island${this.#links.length}`;
    this.#links.push(island);
    this.wire.configure(
      `link add ${island} type bridge forward_delay 0 mcast_snooping 0`,
      `link set ${island} up`,
      `link set ${port} master ${island}`,
    );
    return [near, this.tap(island)];
  }

  /** A hardware address that is nobody else's here: locally administered, unicast. */
  newMac(): string {
    return `02:a7:01:00:00:${(++this.#macs).toString(16).padStart(2, '0')}`;
  }

  /** Lets the wire carry Ethernet payloads of up to `octets`; hosts keep their own limit. */
  widen(octets: number): void {
    this.wire.configure(...this.#links.map((link) => `link set ${link} mtu ${octets}`));
  }

  /** How many frames the bridge has handed to what is plugged in, so far. */
  async carried(): Promise<number> {
    const counters =
      'cat /sys/class/net/port*/statistics/tx_packets /sys/class/net/tap*/statistics/tx_packets';
    const { stdout } = await this.wire.run(['sh', '-c', counters]);
    return stdout.split('\n').reduce((sum, count) => sum + Number(count), 0);
  }

  /** Unplugs everything and removes it. */
  remove(): void {
    for (const namespace of [...this.#hosts.keys(), this.wire]) namespace.remove();
    this.#removeFolder();
  }
}

/** Where a host behind a router is, such as `10.1.0.9/24`, and that router there. */
export interface FarNetwork {
  readonly address: string;
  readonly gateway: string;
}

/** A namespace with one interface, `eth0`. */
export class Host extends Namespace {
  /** The hardware address, such as `02:a7:01:00:00:01`. */
  readonly mac: string;

  constructor(role: string, mac: string, options?: NamespaceOptions) {
    super(role, options);
    this.mac = mac;
  }

  plugIn(address: string | undefined): void {
    // Linux asks for a hardware address once a second; a server that just starts would seem slow.
    this.set('net.ipv4.neigh.eth0.retrans_time_ms', '20');
    this.configure('link set eth0 up');
    if (address !== undefined) this.configure(`address add ${address} dev eth0`);
  }

  /** Tells the host the hardware address behind `address`, so that it never asks. */
  introduce(address: string, mac: string): void {
    this.configure(`neighbour replace ${address} lladdr ${mac} nud permanent dev eth0`);
  }
}

function sweepFolders(): void {
  for (const name of abandoned(readdirSync(tmpdir()))) removeFolder(join(tmpdir(), name));
}

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
