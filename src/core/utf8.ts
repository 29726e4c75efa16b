/** Most bytes of one UTF-16 unit in UTF-8: so many times its length a text takes at most. */
export const MOST_UTF8 = 3;
