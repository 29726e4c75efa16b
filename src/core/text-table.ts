import { displayWidth } from '#core/display-width.ts';

/**
 * Columns of an aligned plain-text table, two spaces apart, for a terminal. Rows may differ in
 * length; a line break or other control character within a cell becomes a space.
 */
export const textTable = (
  rows: readonly (readonly string[])[],
  { align = [] }: { readonly align?: readonly ('left' | 'right')[] } = {},
): string => {
  const cells = rows.map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, ' ')));
  const widths: number[] = [];
  for (const row of cells)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
  const lines = cells.map((row) =>
    row
      .map((cell, i) => {
        const padding = ' '.repeat((widths[i] ?? 0) - displayWidth(cell));
        return align[i] === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
};
