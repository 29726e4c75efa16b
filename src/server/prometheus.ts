import { createRequire } from 'node:module';
import type { Counter, Gauge, Registry } from 'prom-client';

const load = createRequire(import.meta.url);

/**
 * The three parts of the library that are used. Its index would bring gauges of the process and
 * OpenTelemetry along, which nobody here uses: 75 files more, and 3 MB in every process.
 */
export const PrometheusCounter = load('prom-client/lib/counter.js') as typeof Counter;
export const PrometheusGauge = load('prom-client/lib/gauge.js') as typeof Gauge;
export const PrometheusRegistry = load('prom-client/lib/registry.js') as typeof Registry;
