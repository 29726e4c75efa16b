import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { FONTS } from './theme.ts';
import { type Per, timeWords } from './time-words.ts';

export interface ChartSeries {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
}

interface AreaChartProps {
  /** Unix epoch seconds. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly label: string;
  readonly height?: number;
  /** How high the picture reaches at least, where values flow. */
  readonly least?: number;
  /** What one value stands for: a second of many, or all of an hour or a day (UTC). */
  readonly per?: Per;
  /** A value as its axis says it. */
  readonly say?: ((value: number) => string) | undefined;
}

/** Series on top of each other: the last is drawn first, as high as all of them together. */
const stacked = ({
  times,
  series,
}: Pick<AreaChartProps, 'times' | 'series'>): uPlot.AlignedData => {
  const sums = times.map(() => 0);
  const layers = series.map(({ values }) =>
    times.map((_, i) => (sums[i] = (sums[i] ?? 0) + (values[i] ?? 0))),
  );
  return [[...times], ...layers.toReversed()] as unknown as uPlot.AlignedData;
};

const INK = {
  light: { text: '#5a6670', grid: '#e3e8ec' },
  dark: { text: '#9aa7b0', grid: '#2c3338' },
};

/** Areas where time flows, bars where each stands for a time of its own. */
export const AreaChart = ({
  times,
  series,
  label,
  height = 190,
  least = 1,
  per = 'second',
  say,
}: AreaChartProps) => {
  const { ref, width } = useElementSize();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const said = useRef(say);
  said.current = say;
  const scheme = useComputedColorScheme('light');
  const { i18n } = useTranslation();
  const look = JSON.stringify([series.map(({ name, color }) => [name, color]), scheme]);
  const data = stacked({ times, series });
  useEffect(() => {
    if (!holder.current || width === 0) return undefined;
    const colors = (JSON.parse(look) as [[string, string][], 'light' | 'dark'])[0];
    const made = new uPlot(
      optionsOf(colors.toReversed(), {
        width,
        height,
        least,
        scheme,
        per,
        language: i18n.language,
        say: said.current,
      }),
      data,
      holder.current,
    );
    plot.current = made;
    // Words on a canvas stay as they were drawn when the letters were not there yet.
    const redraw = (): void => made.redraw();
    document.fonts.addEventListener('loadingdone', redraw);
    return () => {
      document.fonts.removeEventListener('loadingdone', redraw);
      made.destroy();
      plot.current = undefined;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- its data comes by the next effect, without drawing the axes anew
  }, [look, width, height, least, i18n.language, per, say]);
  useEffect(() => plot.current?.setData(data), [data]);
  return (
    <div ref={ref} style={{ minHeight: height }}>
      <div ref={holder} role="img" aria-label={label} />
    </div>
  );
};

interface Look {
  readonly width: number;
  readonly height: number;
  readonly least: number;
  readonly scheme: 'light' | 'dark';
  readonly language: string;
  readonly per: Per;
  readonly say: ((value: number) => string) | undefined;
}

const STEP_S = { second: 0, hour: 3_600, day: 86_400 };

const optionsOf = (colors: readonly [string, string][], look: Look): uPlot.Options => {
  const { width, height, least, scheme, language, per } = look;
  const wordsAt = timeWords(language, per);
  const half = STEP_S[per] / 2;
  const short = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 2 });
  const ink = INK[scheme];
  const axis = {
    stroke: ink.text,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { show: false },
    font: `11px ${FONTS}`,
  };
  return {
    width,
    height,
    padding: [8, null, null, null],
    legend: { show: false },
    cursor: { show: false },
    ...(per === 'day' && {
      tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
    }),
    scales: {
      x: {
        time: true,
        ...(half > 0 && {
          range: (_: uPlot, min: number, max: number) => [min - half, max + half],
        }),
      },
      y: { range: (_, __, max) => [0, half > 0 ? max * 1.1 || 1 : Math.max(least, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        values: (_, ticks) => ticks.map(wordsAt),
        space: 80,
        gap: 9,
        size: 30,
      },
      {
        ...axis,
        values: (_, ticks) => ticks.map((value) => look.say?.(value) ?? short.format(value)),
        size: look.say ? 68 : 48,
        space: 36,
      },
    ],
    series: [
      {},
      ...colors.map(([name, color]) => ({
        label: name,
        stroke: color,
        ...(half > 0
          ? { width: 0, fill: color, paths: uPlot.paths.bars!({ size: [0.82, 60] }) }
          : { width: 1.5, fill: blended(color, scheme) }),
        points: { show: false },
      })),
    ],
  };
};

const GROUND = { light: [255, 255, 255], dark: [22, 25, 28] } as const;
const STRENGTH = 0.32;

/** A colour as it looks when a third of it lies on the panel: layers behind must not shine through. */
const blended = (color: string, scheme: 'light' | 'dark'): string => {
  const parts = GROUND[scheme].map((ground, i) => {
    const own = Number.parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
    return Math.round(ground + (own - ground) * STRENGTH);
  });
  return `rgb(${parts.join(' ')})`;
};
