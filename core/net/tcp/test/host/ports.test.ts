import { Random } from '@atoll/sim/random';
import { describe, expect, it } from 'vitest';
import { EPHEMERAL_PORTS, EphemeralPorts, FIRST_EPHEMERAL } from '../../src/host/ports.ts';

const LOCAL = 0xc000_0201;
const REMOTE = 0xc633_6401;
const always = () => true;

describe('EphemeralPorts', () => {
  it('does not give a port to one destination again before all others', () => {
    const ports = new EphemeralPorts(new Random(1));
    const seen = new Set<number>();
    for (let count = 0; count < EPHEMERAL_PORTS; count++) {
      seen.add(ports.choose(LOCAL, REMOTE, 80, always));
    }
    expect(seen.size).toBe(EPHEMERAL_PORTS);
    expect(Math.min(...seen)).toBe(FIRST_EPHEMERAL);
    expect(Math.max(...seen)).toBe(0xffff);
  });

  it('starts elsewhere for another destination', () => {
    const ports = new EphemeralPorts(new Random(2));
    const firsts = new Set<number>();
    for (let port = 0; port < 32; port++) firsts.add(ports.choose(LOCAL, REMOTE, port, always));
    expect(firsts.size).toBeGreaterThan(30);
  });

  it('finds the only free port', () => {
    for (const free of [FIRST_EPHEMERAL, 40_000, 0xffff]) {
      const ports = new EphemeralPorts(new Random(free));
      expect(ports.choose(LOCAL, REMOTE, 80, (port) => port === free)).toBe(free);
    }
  });

  it('answers 0 when there is none', () => {
    expect(new EphemeralPorts(new Random(3)).choose(LOCAL, REMOTE, 80, () => false)).toBe(0);
  });
});
