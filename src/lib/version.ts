/** Whether a GitLab version such as `18.9.0-ee` is the given one or newer. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ofVersion = 0, minorOfVersion = 0] = version.split('.').map(Number);
  return ofVersion > major || (ofVersion === major && minorOfVersion >= minor);
}
