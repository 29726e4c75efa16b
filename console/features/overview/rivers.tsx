import { useId } from 'react';

interface River {
  readonly color: string;
  /** Of all, 0 to 1. */
  readonly share: number;
  readonly isOut: boolean;
}

const WIDTH = 170;
/** What flows while nothing flows, so that the way is seen. */
const THIN = 3;

/** Ribbons from one place to as many rows as there are, as wide as their shares. */
export const Rivers = ({ rows, height }: { rows: readonly River[]; height: number }) => {
  const id = useId();
  const rowHeight = height / Math.max(1, rows.length);
  const room = Math.min(height * 0.7, 150);
  let top = (height - room) / 2;
  const flows = rows.map((row, i) => {
    const width = Math.max(THIN, row.share * room);
    const from = row.share === 0 ? height / 2 : top + width / 2;
    if (row.share > 0) top += width;
    const to = rowHeight * (i + 0.5);
    return { ...row, width, from, to };
  });
  return (
    <svg
      width={WIDTH}
      height={height}
      viewBox={`0 0 ${WIDTH} ${height}`}
      style={{ flex: 'none', alignSelf: 'center' }}
      aria-hidden="true"
    >
      <defs>
        {flows.map(({ color }, i) => (
          // Along the picture and not the ribbon: a straight one has no height to be measured by.
          <linearGradient
            key={i}
            id={`${id}${i}`}
            gradientUnits="userSpaceOnUse"
            x1="0"
            x2={WIDTH}
            y1="0"
            y2="0"
          >
            <stop offset="0" stopColor="#0b6e8f" stopOpacity="0.55" />
            <stop offset="1" stopColor={color} stopOpacity="0.9" />
          </linearGradient>
        ))}
      </defs>
      {flows.map(({ width, from, to, share, isOut }, i) => (
        <path
          key={i}
          d={`M0 ${from} C${WIDTH * 0.5} ${from} ${WIDTH * 0.5} ${to} ${WIDTH} ${to}`}
          fill="none"
          stroke={share === 0 ? 'var(--line)' : `url(#${id}${i})`}
          strokeWidth={width}
          strokeDasharray={isOut ? '6 6' : undefined}
        />
      ))}
    </svg>
  );
};
