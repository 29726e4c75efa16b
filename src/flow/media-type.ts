const UNKNOWN = 'application/octet-stream';
/** `type/subtype`, and parameters in one printable line. */
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;[\t\x20-\x7e]{0,255})?$/;

/**
 * What may stand as a `Content-Type`. A file's type is said by whoever sent it, and by code of a
 * flow: a line end in it would begin another header, or the file itself.
 */
export const mediaType = (text: string | undefined): string =>
  text !== undefined && MEDIA_TYPE.test(text) && !/[\r\n]/.test(text) ? text : UNKNOWN;
