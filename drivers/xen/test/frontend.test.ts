import { beforeEach, expect, it } from 'vitest';
import { Frontend } from '../src/frontend.ts';
import { StoreClient } from '../src/store/client.ts';
import { settle } from './settle.ts';
import { Xenstored } from './xenstored.ts';

const BACKEND = '/local/domain/0/backend/vif/5/0';

let daemon: Xenstored;
let store: StoreClient;
let events: string[];
let complaints: string[];
let hasPages: boolean;
let frontend: Frontend;

beforeEach(async () => {
  daemon = new Xenstored();
  store = new StoreClient(daemon);
  events = [];
  complaints = [];
  hasPages = true;
  const device = {
    connect(domain: number) {
      events.push(`connect ${domain}`);
      return hasPages ? { 'tx-ring-ref': '8' } : undefined;
    },
    disconnect: () => void events.push('disconnect'),
    forget: () => void events.push('forget'),
  };
  frontend = new Frontend(store, 'device/vif/0', device, (reason) => complaints.push(reason));
  attach(BACKEND, '0');
  const started = frontend.start();
  await settle(store);
  await started;
});

/** What the tools write when they give a device to a domain. */
function attach(backend: string, domain: string): void {
  daemon.set('device/vif/0/backend-id', domain);
  daemon.set('device/vif/0/state', '1');
  daemon.set(`${backend}/state`, '1');
  daemon.set('device/vif/0/backend', backend);
}

async function backend(state: string | undefined, path = BACKEND): Promise<void> {
  daemon.set(`${path}/state`, state);
  await settle(store);
}

const own = () => daemon.values.get('device/vif/0/state');

it('connects when the backend waits, and says how', async () => {
  expect([own(), events]).toEqual(['1', []]);
  await backend('2');
  expect(daemon.values.get('device/vif/0/tx-ring-ref')).toBe('8');
  expect([own(), events]).toEqual(['4', ['connect 0']]);
  // Other changes while the backend is slow are no reason to begin again.
  await backend('2');
  await backend('4');
  expect([own(), events, frontend.isConnected]).toEqual(['4', ['connect 0'], true]);
});

it('lets a backend go, and takes it back', async () => {
  await backend('2');
  await backend('4');
  await backend('5');
  expect([own(), events]).toEqual(['6', ['connect 0', 'disconnect']]);
  await backend('6');
  await backend('1');
  expect(own()).toBe('1');
  await backend('2');
  expect([own(), events.at(-1)]).toEqual(['4', 'connect 0']);
});

it('goes to another backend', async () => {
  await backend('2');
  await backend('4');
  await backend(undefined);
  const other = '/local/domain/9/backend/vif/5/0';
  attach(other, '9');
  await backend('2', other);
  expect([own(), events.at(-1)]).toEqual(['4', 'connect 9']);
  // The one before has nothing to say any more.
  await backend('5');
  expect(own()).toBe('4');
  expect(daemon.watchCount).toBe(2);
});

it('waits for a backend that never answers, and says when it cannot share', async () => {
  for (let time = 0; time < 10; time++) await backend('1');
  expect(events).toEqual([]);
  hasPages = false;
  await backend('2');
  expect(complaints).toEqual(['device/vif/0: no memory to share with domain 0']);
  expect([own(), frontend.isConnected]).toEqual(['6', false]);
});

it('begins anew after a resume', async () => {
  await backend('2');
  await backend('4');
  frontend.restart();
  store.restart();
  attach(BACKEND, '0');
  await settle(store);
  await backend('2');
  expect(events).toEqual(['connect 0', 'forget', 'connect 0']);
  expect(own()).toBe('4');
});
