/** The same while it is being put together: setting a field costs less than spreading objects. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
