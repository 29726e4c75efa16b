/**
 * A text that every database keeps as it is: no NUL, which Postgres has in none, and no half of a
 * character. The sign for what cannot be shown stands for them.
 */
export const plainText = (text: string): string => {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole;
};
