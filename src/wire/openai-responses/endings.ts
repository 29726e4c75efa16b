/** The messages with which a stream of this dialect ends well: they carry the whole response. */
export const ENDINGS: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete']);
