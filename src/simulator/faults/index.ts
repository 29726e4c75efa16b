import compress from '#simulator/faults/compress.ts';
import errorEvent from '#simulator/faults/error_event.ts';
import type { FaultKind } from '#simulator/faults/fault.ts';
import framing from '#simulator/faults/framing.ts';
import garbage from '#simulator/faults/garbage.ts';
import headerStorm from '#simulator/faults/header_storm.ts';
import headers from '#simulator/faults/headers.ts';
import http from '#simulator/faults/http.ts';
import neverRespond from '#simulator/faults/never_respond.ts';
import oddEvents from '#simulator/faults/odd_events.ts';
import oversizeEvent from '#simulator/faults/oversize_event.ts';
import reframe from '#simulator/faults/reframe.ts';
import reset from '#simulator/faults/reset.ts';
import resetAfterBytes from '#simulator/faults/reset_after_bytes.ts';
import slowBytes from '#simulator/faults/slow_bytes.ts';
import stall from '#simulator/faults/stall.ts';
import trailing from '#simulator/faults/trailing.ts';
import truncate from '#simulator/faults/truncate.ts';
import usage from '#simulator/faults/usage.ts';

/** In the order in which the help lists them: statuses, connections, pace, bodies. */
export const FAULTS: readonly FaultKind[] = [
  http,
  headers,
  headerStorm,
  reset,
  resetAfterBytes,
  neverRespond,
  stall,
  slowBytes,
  truncate,
  errorEvent,
  garbage,
  usage,
  oddEvents,
  oversizeEvent,
  reframe,
  trailing,
  compress,
  framing,
];
