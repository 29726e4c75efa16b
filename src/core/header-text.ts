/** Header values are Latin-1 at best: anything else, and control characters, become `?`. */
export const headerText = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');
