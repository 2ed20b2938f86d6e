import { byteLength } from '../lib/text.ts';

/** Linux lets one `NAME=VALUE` and its NUL be 128 KiB long (MAX_ARG_STRLEN); longer, no command starts. */
const MAX_ENTRY = 128 * 1024;

/** Bytes that the value of a variable may have in the job's environment. */
export function maxValueBytes(name: string): number {
  return MAX_ENTRY - byteLength(`${name}=`) - 1;
}

/** Base64 in lines of 76 characters, as `base64 -d` everywhere reads it. */
export function base64Lines(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\n');
}
