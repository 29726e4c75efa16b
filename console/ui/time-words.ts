/** What one value of a chart stands for. */
export type Per = 'second' | 'hour' | 'day';

/**
 * Times on the axis of a chart, Unix epoch seconds → short words. Days are UTC's, hours and seconds
 * are the reader's; where a day begins among hours its date stands for them.
 */
export const timeWords = (language: string, per: Per): ((at: number) => string) => {
  const date = new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    ...(per === 'day' && { timeZone: 'UTC' }),
  });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
  return (at) => {
    const time = new Date(at * 1000);
    const isDate = per === 'day' || (per === 'hour' && time.getHours() + time.getMinutes() === 0);
    return (isDate ? date : clock).format(time);
  };
};
