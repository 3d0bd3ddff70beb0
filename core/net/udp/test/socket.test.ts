import type { DatagramFailureHandler } from '@atoll/device/socket';
import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { UdpPorts } from '../src/socket.ts';

function create(seed = 1) {
  const sent: unknown[] = [];
  const ports = new UdpPorts(new Random(seed), (...datagram) => sent.push(datagram));
  return { ports, sent };
}

const NOBODY = () => {};

describe('UdpPorts', () => {
  it('gives a port to one handler at a time', () => {
    const { ports } = create();
    const socket = ports.bind(53, NOBODY);
    expect(socket?.port).toBe(53);
    expect(ports.bind(53, () => {})).toBeUndefined();
    expect(ports.handlerOf(53)).toBe(NOBODY);
    socket?.close();
    expect(ports.handlerOf(53)).toBeUndefined();
    expect(ports.bind(53, NOBODY)).toBeDefined();
  });

  it('sends from the port until the socket is closed', () => {
    const { ports, sent } = create();
    const socket = ports.bind(53, NOBODY);
    const payload = new Uint8Array(3);
    const to = { address: 1, port: 2 };
    socket?.send(payload, to);
    socket?.send(payload, to, 5, 7);
    socket?.close();
    socket?.send(payload, to);
    expect(sent).toEqual([
      [53, payload, to, undefined, undefined],
      [53, payload, to, 5, 7],
    ]);
  });

  it('does not close the socket of another', () => {
    const { ports } = create();
    const first = ports.bind(53, NOBODY);
    first?.close();
    const second = ports.bind(53, NOBODY);
    first?.close();
    expect(ports.handlerOf(second?.port ?? 0)).toBe(NOBODY);
  });

  it('chooses ports all over the range, and never twice', () => {
    const { ports } = create();
    const chosen = Array.from({ length: 5000 }, () => ports.bind(0, NOBODY)?.port ?? 0);
    expect(new Set(chosen).size).toBe(5000);
    expect(Math.min(...chosen)).toBeGreaterThanOrEqual(1024);
    expect(Math.min(...chosen)).toBeLessThan(1100);
    expect(Math.max(...chosen)).toBeGreaterThan(65_450);
    const steps = chosen.filter((port, at) => Math.abs(port - chosen[at - 1]) < 10);
    expect(steps.length).toBeLessThan(20);
  });

  it('says so when all ports are taken', () => {
    const { ports } = create();
    for (let port = 1024; port <= 0xffff; port++) if (port !== 4321) ports.bind(port, NOBODY);
    expect(ports.bind(0, NOBODY)?.port).toBe(4321);
    expect(ports.bind(0, NOBODY)).toBeUndefined();
  });

  it('tells who sent it that a datagram did not arrive, as long as the port is open', () => {
    const { ports } = create();
    const failures: unknown[] = [];
    const failed: DatagramFailureHandler = (to, reason) => failures.push([to, reason]);
    const socket = ports.bind(5000, NOBODY, failed);
    ports.bind(5001, NOBODY);
    const to = { address: 1, port: 53 };
    for (const port of [5000, 5001, 5002]) ports.fail(port, to, 'refused');
    expect(failures).toEqual([[to, 'refused']]);
    socket?.close();
    ports.bind(5000, NOBODY);
    ports.fail(5000, to, 'unreachable');
    expect(failures.length).toBe(1);
  });

  it('hides closed ports of the range while it has chosen one', () => {
    const { ports } = create();
    expect([ports.mayReveal(80), ports.mayReveal(1024)]).toEqual([true, true]);
    const socket = ports.bind(0, NOBODY);
    expect([ports.mayReveal(80), ports.mayReveal(1024)]).toEqual([true, false]);
    socket?.close();
    socket?.close();
    ports.bind(5000, NOBODY);
    expect(ports.mayReveal(1024)).toBe(true);
  });

  it.each([-1, 65_536, 1.5, Number.NaN])('throws for port %d', (port) => {
    expect(() => create().ports.bind(port, NOBODY)).toThrow(RangeError);
  });
});
