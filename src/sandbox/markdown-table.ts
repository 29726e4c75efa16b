/** Rows as a table of Markdown, the first being its head; rows of nothing are left out. */
export const markdownTable = (rows: readonly (readonly string[])[]): string => {
  const [head, ...body] = rows.filter((row) => row.some((cell) => cell !== ''));
  if (!head) return '';
  const width = Math.max(...rows.map(({ length }) => length));
  const line = (cells: readonly string[]): string => {
    const filled = Array.from({ length: width }, (_, i) => cells[i] ?? '');
    return `| ${filled.map((cell) => cell.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  };
  const rule = line(Array.from({ length: width }, () => '---'));
  return [line(head), rule, ...body.map(line)].join('\n');
};
