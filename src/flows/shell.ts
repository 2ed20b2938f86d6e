/** POSIX single quotes: between them no character means anything but a single quote, which is put outside. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
