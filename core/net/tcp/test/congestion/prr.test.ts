import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Prr } from '../../src/congestion/prr.ts';

const MSS = 1000;

describe('Prr', () => {
  it('sends seven segments for ten that arrived, when seven tenths shall be left', () => {
    const prr = new Prr();
    prr.start(20_000, 14_000);
    let sent = 0;
    let flight = 20_000;
    const steps: number[] = [];
    for (let ack = 0; ack < 10; ack++) {
      flight -= MSS;
      const room = prr.onAck(MSS, flight, true, MSS) - flight;
      const segments = Math.floor(room / MSS);
      steps.push(segments);
      prr.onSent(segments * MSS);
      sent += segments;
      flight += segments * MSS;
    }
    expect(sent).toBe(7);
    expect(Math.max(...steps)).toBe(1);
    expect(flight).toBe(17_000);
  });

  it('retransmits at once, though nothing may be sent yet', () => {
    const prr = new Prr();
    prr.start(20_000, 10_000);
    expect(prr.onAck(MSS, 19_000, false, MSS)).toBe(20_000);
    prr.onSent(MSS);
    expect(prr.onAck(MSS, 19_000, false, MSS)).toBe(19_000);
  });

  it('sends what arrived when more was lost than it wanted to give up', () => {
    const prr = new Prr();
    prr.start(20_000, 10_000);
    expect(prr.onAck(MSS, 5000, false, MSS)).toBe(6000);
    prr.onSent(MSS);
    expect(prr.onAck(2 * MSS, 5000, false, MSS)).toBe(7000);
  });

  it('catches up by a segment more when all goes well, up to the threshold', () => {
    const prr = new Prr();
    prr.start(20_000, 10_000);
    expect(prr.onAck(MSS, 5000, true, MSS)).toBe(7000);
    prr.onSent(2 * MSS);
    expect(prr.onAck(MSS, 6000, true, MSS)).toBe(8000);
    expect(prr.onAck(9 * MSS, 6000, true, MSS)).toBe(10_000);
  });

  it('may still send what it could not before', () => {
    const prr = new Prr();
    prr.start(20_000, 10_000);
    prr.onAck(4 * MSS, 5000, false, MSS);
    prr.onSent(MSS);
    expect(prr.onAck(MSS, 4000, false, MSS)).toBe(4000 + 4000);
  });

  it('lets nothing out for an acknowledgment that delivers nothing', () => {
    const prr = new Prr();
    prr.start(20_000, 10_000);
    expect(prr.onAck(0, 19_000, false, MSS)).toBe(19_000);
  });

  it('begins anew with each recovery', () => {
    const prr = new Prr();
    prr.start(20_000, 10_000);
    prr.onAck(10_000, 5000, true, MSS);
    prr.onSent(50_000);
    prr.start(8000, 4000);
    expect(prr.onAck(2000, 6000, true, MSS)).toBe(7000);
  });

  it('never lets more out than arrived and one segment, nor more than the threshold', () => {
    const ack = fc.record({
      delivered: fc.nat(20_000),
      flight: fc.nat(200_000),
      isSafe: fc.boolean(),
      isUsed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(200_000), fc.array(ack), (before, threshold, acks) => {
        const prr = new Prr();
        prr.start(before, Math.min(threshold, before));
        let delivered = 0;
        let sent = 0;
        for (const step of acks) {
          delivered += step.delivered;
          const window = prr.onAck(step.delivered, step.flight, step.isSafe, MSS);
          const room = window - step.flight;
          expect(room).toBeGreaterThanOrEqual(0);
          const most = Math.max(delivered - sent, step.delivered) + MSS;
          expect(room).toBeLessThanOrEqual(Math.max(most, MSS));
          if (sent > 0) expect(window).toBeLessThanOrEqual(Math.max(step.flight, before) + most);
          if (!step.isUsed) continue;
          prr.onSent(room);
          sent += room;
        }
      }),
    );
  });
});
