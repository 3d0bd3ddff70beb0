import type { System } from '@atoll/appliance/appliance';
import type { Families } from '@atoll/metrics/family';
import type { RecentLines } from '../recent.ts';

/** What runs here, since when, and with how much memory. */
export function collectProgram(system: System, startedAt: number, recent: RecentLines) {
  const { name, version, target, image } = system.program;
  return (families: Families): void => {
    const labels = { name, version, target, image };
    families.gauge('atoll_build_info', 'Always 1; the labels say what runs here.', 1, labels);
    families.gauge(
      'process_start_time_seconds',
      'When the appliance started, in seconds since 1970-01-01 UTC.',
      startedAt / 1000,
    );
    const uptime = (system.clock.monotonic() - system.launchedAt) / 1000;
    families.gauge('atoll_uptime_seconds', 'How long the appliance runs.', uptime);
    const { used, size } = system.memory();
    families.gauge('atoll_memory_used_bytes', 'Memory that the program uses.', used);
    families.gauge('atoll_memory_size_bytes', 'Memory that the program may use in all.', size);
    for (const [level, count] of recent.counts) {
      families.counter('atoll_log_lines_total', 'Log lines by level.', count, { level });
    }
  };
}
