import type { StandInGitLab } from '../gitlab/start.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A browser of somebody's, as far as signing in goes: it keeps cookies, and follows nothing by itself. */
export function visitorOf(url: string, gitlab: Pick<StandInGitLab, 'url'>) {
  const cookies = new Map<string, string>();
  const get = async (path: string, init: RequestInit = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), cookie };
    const answer = await fetch(new URL(path, url), { ...init, headers, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() };
  };
  return {
    cookies,
    get,
    post: (path: string, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) =>
      get(path, { method: 'POST', headers }),
    /** Goes to GitLab; gives the address of its page. */
    leave: async (next = '/') => {
      const { location } = await get(`/login/gitlab?${new URLSearchParams({ next })}`);
      return new URL(location ?? '');
    },
    /** Says at GitLab who they are; gives the address to which GitLab sends them back. */
    allow: async (page: URL, username: string, decision = 'authorize') => {
      const fields = { ...Object.fromEntries(page.searchParams), username, decision };
      const answer = await fetch(`${gitlab.url}/oauth/authorize`, {
        method: 'POST',
        headers: FORM,
        body: new URLSearchParams(fields),
        redirect: 'manual',
      });
      return answer.headers.get('location') ?? `none: ${answer.status} ${await answer.text()}`;
    },
    async signIn(username: string, next = '/') {
      return this.get(await this.allow(await this.leave(next), username));
    },
  };
}
