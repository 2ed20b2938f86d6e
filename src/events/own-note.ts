/** Whether a note is one of Beckon's, and not of the agent that shares its account: it carries a hidden marker. */
export function isOurs(body: string): boolean {
  return body.includes('<!-- beckon:');
}
