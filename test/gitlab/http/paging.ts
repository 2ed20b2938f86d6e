import type { Answer, Call } from './call.ts';
import { integer } from './input.ts';

const defaultPerPage = 20;
const maxPerPage = 100;

/** Cuts a list into GitLab's pages: the items of this one, and the headers that lead to the others. */
export function cutPage(
  answer: Extract<Answer, { kind: 'page' }>,
  call: Pick<Call, 'input'>,
  address: URL,
): { readonly body: readonly unknown[]; readonly headers: Readonly<Record<string, string>> } {
  const number = Math.max(1, integer(call, 'page') ?? 1);
  const perPage = Math.min(maxPerPage, Math.max(1, integer(call, 'per_page') ?? defaultPerPage));
  const total = answer.items.length;
  const pages = Math.max(1, Math.ceil(total / perPage));
  const items = answer.items.slice((number - 1) * perPage, number * perPage);
  const to = (target: number, rel: string) => {
    const url = new URL(address);
    url.searchParams.set('page', String(target));
    url.searchParams.set('per_page', String(perPage));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [to(number - 1, 'prev')] : []),
    ...(number < pages ? [to(number + 1, 'next')] : []),
    to(1, 'first'),
    to(pages, 'last'),
  ];
  return {
    body: items.map((item) => answer.present(item as never)),
    headers: {
      'x-page': String(number),
      'x-per-page': String(perPage),
      'x-next-page': number < pages ? String(number + 1) : '',
      'x-prev-page': number > 1 ? String(number - 1) : '',
      'x-total': String(total),
      'x-total-pages': String(pages),
      link: links.join(', '),
    },
  };
}
