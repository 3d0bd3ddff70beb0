import { Families } from './family.ts';
import type { Histogram } from './histogram.ts';
import { Counter, Gauge, Labelled } from './instrument.ts';

/** Adds what it knows to `families`, when somebody asks. */
export type Collector = (families: Families) => void;

/**
 * All that one appliance measures. Most numbers exist anyway, where things happen: a collector reads them when
 * somebody asks, and until then they cost nothing. For the rest there are instruments.
 *
 *     registry.collect((families) => {
 *       families.counter('atoll_udp_closed_port_total', 'Datagrams for nobody.', counters.closedPort);
 *     });
 *     const answers = registry.counters('answers_total', 'Answers by code.', ['code']);
 *     answers.with('NXDOMAIN').increment();
 */
export class Registry {
  readonly #collectors: Collector[] = [];

  /** Has `collector` called at each scrape, behind those that came before. */
  collect(collector: Collector): void {
    this.#collectors.push(collector);
  }

  counter(name: string, help: string): Counter {
    return this.counters(name, help, []).with();
  }

  counters(name: string, help: string, labels: readonly string[]): Labelled<Counter> {
    const all = new Labelled(labels, () => new Counter());
    this.collect((families) => {
      for (const { labels, instrument } of all.children()) {
        families.counter(name, help, instrument.value, labels);
      }
    });
    return all;
  }

  gauge(name: string, help: string): Gauge {
    return this.gauges(name, help, []).with();
  }

  gauges(name: string, help: string, labels: readonly string[]): Labelled<Gauge> {
    const all = new Labelled(labels, () => new Gauge());
    this.collect((families) => {
      for (const { labels, instrument } of all.children()) {
        families.gauge(name, help, instrument.value, labels);
      }
    });
    return all;
  }

  /** Shows `histogram`, which is an object of its user, so that who has none has none of its code. */
  histogram<T extends Histogram>(name: string, help: string, histogram: T): T {
    this.collect((families) => families.histogram(name, help, histogram));
    return histogram;
  }

  /** What all collectors say now. */
  families(): Families {
    const families = new Families();
    for (const collector of this.#collectors) collector(families);
    return families;
  }
}
