import { randomUUID } from 'node:crypto';
import { mediaType } from '#flow/media-type.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { ApiError, invalidParam, notFound } from '#service-api/dify-error.ts';
import { type ApiCall, readBytes, sendJson } from '#service-api/http-call.ts';
import { parseMultipart } from '#service-api/multipart.ts';
import { seconds } from '#service-api/run-app.ts';
import { describeFile, isWhatItSays } from '#service-api/describe-file.ts';
import { previewPath, type Upload, type Whose } from '#service-api/uploads.ts';

const MEBIBYTE = 1024 * 1024;
/** What a file of a kind may have, MB: as Dify bounds them. */
const LIMITS: Readonly<Record<string, number>> = { image: 10, document: 15, audio: 50, video: 100 };
const MOST_BYTES = 101 * MEBIBYTE;

/** `POST /files/upload` */
export const uploadFile = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const { req, res, served } = call;
  const parts = parseMultipart(
    req.headers['content-type'] ?? '',
    await readBytes(req, deps.clock, MOST_BYTES),
  );
  const files = parts.filter(({ filename }) => filename !== undefined);
  const [part] = files;
  if (!part) throw new ApiError(400, 'no_file_uploaded', 'Please upload your file.');
  if (files.length > 1) throw new ApiError(400, 'too_many_files', 'Only one file is allowed.');
  if (!part.filename) throw new ApiError(400, 'filename_not_exists_error', 'The file has no name.');
  const user = parts.find(({ name }) => name === 'user')?.bytes.toString('utf8') ?? '';
  // Whose it is nobody could say, and nobody use it.
  if (user === '') throw invalidParam('Arg user must be provided.');
  const { filename: name, type = '', bytes } = part;
  const sent = { name, type, bytes, appId: served.id, user };
  const { file, createdAt } = await takeFile(deps, sent);
  sendJson(
    res,
    {
      id: file.id,
      name: file.name,
      size: file.sizeBytes,
      extension: file.extension.slice(1),
      mime_type: file.mimeType,
      created_by: user,
      created_at: createdAt,
      preview_url: null,
    },
    201,
  );
};

/** Keeps a file that somebody has sent. Rejects with ApiError where it is too large, or not what it says. */
export const takeFile = async (
  { uploads, clock }: Pick<ApiDeps, 'uploads' | 'clock'>,
  sent: Whose & { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
): Promise<Upload> => {
  const { name, type, bytes, appId, user } = sent;
  const described = describeFile(name, type);
  const most = LIMITS[described.kind] ?? LIMITS['document']!;
  if (bytes.length > most * MEBIBYTE)
    throw new ApiError(413, 'file_too_large', `File size exceeded: at most ${most} MB.`);
  if (!isWhatItSays(described, bytes))
    throw new ApiError(
      415,
      'unsupported_file_type',
      `${described.name} is called ${described.mimeType} and is none.`,
    );
  const id = randomUUID();
  const method = 'local_file';
  const url = previewPath(id);
  const file = { ...described, id, method, sizeBytes: bytes.length, url } as const;
  const upload: Upload = { file, appId, user, createdAt: seconds(clock) };
  // They may be a view of a whole body: what is kept must not keep all of it.
  await uploads.put(upload, Uint8Array.from(bytes));
  return upload;
};

/** `GET /files/{id}/preview` */
export const previewFile = async (deps: ApiDeps, call: ApiCall): Promise<void> => {
  const upload = deps.uploads.get(call.params['fileId'] ?? '');
  const bytes =
    upload?.appId === call.served.id ? await deps.uploads.read(upload.file.id) : undefined;
  if (!upload || !bytes) throw notFound('File not found.');
  const { file } = upload;
  const name = encodeURIComponent(file.name.toWellFormed());
  call.res.writeHead(200, {
    'content-type': mediaType(file.mimeType),
    'content-length': bytes.length,
    // Whatever it is, no browser shall take it for a page of ours.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': `${
      call.query.get('as_attachment') === 'true' ? 'attachment' : 'inline'
    }; filename*=UTF-8''${name}`,
  });
  call.res.end(bytes);
};
