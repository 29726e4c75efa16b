import { Code } from '@mantine/core';

/** A sentence in which names stand between backticks; one that has no pairs of them stays as it is. */
export const Ticked = ({ text }: { text: string }) => {
  const parts = text.split('`');
  if (parts.length % 2 === 0) return text;
  return parts.map((part, i) => (i % 2 === 0 ? part : <Code key={i}>{part}</Code>));
};
