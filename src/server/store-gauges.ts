import type { Gauge, Registry } from 'prom-client';
import { PrometheusGauge } from '#server/prometheus.ts';
import type { SpendHealth } from '#store/spend-writer.ts';

/** How it is with records of spend, and with the store that takes them. */
export interface StoreHealth extends SpendHealth {
  /** How long the last write took, or has taken so far, ms. */
  readonly writeMs: number;
}

/** Shows how the store is when somebody looks. */
export const storeGauges = (registers: Registry[]): ((health: StoreHealth) => void) => {
  const gauge = (name: string, help: string): Gauge =>
    new PrometheusGauge({ name, help, registers });
  const waiting = gauge(
    'spillway_spend_waiting',
    'Records of spend that are not in the store yet.',
  );
  const lost = gauge('spillway_spend_lost', 'Records of spend that fitted nowhere.');
  const isWritten = gauge(
    'spillway_spend_written',
    'Whether records of spend are on disk before their answers end: 1 or 0.',
  );
  const isUp = gauge('spillway_store_up', 'Whether the store took the last records: 1 or 0.');
  const isSlow = gauge('spillway_store_slow', 'Whether the store takes its time: 1 or 0.');
  const writeS = gauge(
    'spillway_store_write_seconds',
    'How long the store took for the last records, or has taken so far.',
  );
  return (health) => {
    waiting.set(health.waiting);
    lost.set(health.lost);
    isWritten.set(health.isUnwritten ? 0 : 1);
    isUp.set(health.trouble === undefined ? 1 : 0);
    isSlow.set(health.isSlow ? 1 : 0);
    writeS.set(health.writeMs / 1000);
  };
};
