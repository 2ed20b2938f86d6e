import { type Finding, wrong } from '../setup/finding.ts';

/** What somebody asks about: an issue or merge request, or a comment on one. */
export interface Asked {
  /** Full path, as the address has it. */
  readonly project: string;
  readonly type: 'issue' | 'merge_request';
  readonly iid: number;
  readonly noteId: number | undefined;
}

const HOW = 'Give the address of a comment as "Copy link" has it: …/-/issues/3#note_900.';

/** Below GitLab's own address: `group/project/-/issues/3`, before GitLab 12.10 without the dash. */
const ITEM = /^\/(.+?)\/(?:-\/)?(issues|work_items|merge_requests)\/(\d+)(?:\/.*)?$/;

/** Reads the address of an issue, a work item or a merge request of this GitLab, or of a comment on one. */
export function readAddress(
  text: string,
  gitlabUrl: string,
): { readonly asked: Asked } | { readonly fault: Finding } {
  const address = text.trim();
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address))
    return { fault: wrong('This is not the address of a page.', HOW) };
  const { host, pathname, hash } = new URL(address);
  const gitlab = new URL(gitlabUrl);
  const below = gitlab.pathname.replace(/\/$/, '');
  if (host !== gitlab.host || !pathname.startsWith(`${below}/`))
    return { fault: wrong(`It is of another GitLab than ${gitlabUrl}.`, HOW) };
  const path = decode(pathname.slice(below.length));
  const [, project = '', kind, iid] = ITEM.exec(path) ?? [];
  if (kind === undefined)
    return { fault: wrong('It names no issue, work item or merge request of a project.', HOW) };
  if (project.startsWith('groups/'))
    return { fault: wrong('It is an item of a group, and agents run in projects.', 'Ask in an issue.') };
  const note = /^#note_(\d+)$/.exec(hash)?.[1];
  return {
    asked: {
      project,
      type: kind === 'merge_requests' ? 'merge_request' : 'issue',
      iid: Number(iid),
      noteId: note === undefined ? undefined : Number(note),
    },
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
