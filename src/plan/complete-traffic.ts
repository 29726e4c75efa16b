import type { LoggedRequest, TrafficRequest } from '#plan/traffic.ts';

/** Where no request of a model tells: a middling call. */
const MIDDLING = { inputTokens: 700, outputTokens: 250 };
const FIRST_BYTE_MS = 600;
const MS_PER_TOKEN = 17;

/** Fills in what the log does not tell with what is usual for the same model: its medians. */
export const completeTraffic = (requests: readonly LoggedRequest[]): TrafficRequest[] => {
  const byModel = Map.groupBy(requests, ({ model }) => model);
  const usual = new Map(
    [...byModel].map(([model, its]) => [
      model,
      {
        inputTokens: medianOf(its.flatMap(({ inputTokens }) => inputTokens ?? [])),
        outputTokens: medianOf(its.flatMap(({ outputTokens }) => outputTokens ?? [])),
      },
    ]),
  );
  return requests.map((request) => {
    const its = usual.get(request.model);
    const inputTokens = request.inputTokens ?? its?.inputTokens ?? MIDDLING.inputTokens;
    const { maxOutputTokens = Infinity } = request;
    const outputTokens =
      request.outputTokens ?? Math.min(its?.outputTokens ?? MIDDLING.outputTokens, maxOutputTokens);
    const tookMs = request.tookMs ?? FIRST_BYTE_MS + MS_PER_TOKEN * outputTokens;
    return { ...request, inputTokens, outputTokens, tookMs };
  });
};

const medianOf = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
