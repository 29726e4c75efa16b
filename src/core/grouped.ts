/**
 * A number as English readers group its digits, with at most three after the point. The same as
 * `toLocaleString('en-US')`, which brings the world's languages into memory: 8 MB.
 */
export const grouped = (amount: number): string => {
  const [whole = '', fraction] = (Math.round(Math.abs(amount) * 1000) / 1000).toString().split('.');
  const digits = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  const sign = amount < 0 ? '-' : '';
  return sign + digits + (fraction === undefined ? '' : `.${fraction}`);
};
