import type { FileDiff } from '../ports.ts';
import { getPipeline, getProject, getUser, jobsOf, notesOf } from '../world/lookup.ts';
import type { MergeRequest, Note, Noteable } from '../world/records-discussion.ts';
import type { Job, Pipeline, Project } from '../world/records-project.ts';
import type { State } from '../world/state.ts';
import { jobUrl, noteableUrl, pipelineUrl, projectUrl } from '../world/urls.ts';
import { Html, html, markdown } from './html.ts';
import { LIVE, STYLE } from './style.ts';

/** What a page shows is all here: the state of the instance and its address. */
export interface Shown {
  readonly state: State;
  readonly url: () => string;
}

function page(title: string, trail: readonly Html[], content: Html, { url }: Shown): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · stand-in GitLab</title>
<style>${new Html(STYLE)}</style></head>
<body><header><a href="${url()}/">Stand-in GitLab</a>${trail.map((link) => html` / ${link}`)}</header>
<main>${content}</main><script>${new Html(LIVE)}</script></body></html>`.text;
}

function projectLink(project: Project, shown: Shown): Html {
  return html`<a href="${projectUrl(project, shown)}">${project.pathWithNamespace}</a>`;
}

export function homePage(shown: Shown): string {
  const projects = [...shown.state.projects.values()];
  return page(
    'Projects',
    [],
    html`<h1>Projects</h1><ul>${projects.map((project) => html`<li>${projectLink(project, shown)}</li>`)}</ul>`,
    shown,
  );
}

export function projectPage(project: Project, shown: Shown): string {
  const { state } = shown;
  const of = <T extends { projectId: number }>(table: Map<number, T>) =>
    [...table.values()].filter((record) => record.projectId === project.id);
  const item = (noteable: Noteable) =>
    html`<li><a href="${noteableUrl(noteable, shown)}">${noteable.kind === 'issue' ? '#' : '!'}${noteable.iid} ${noteable.title}</a> ${badge(noteable.state)}</li>`;
  const run = (pipeline: Pipeline) =>
    html`<li><a href="${pipelineUrl(pipeline, shown)}">${pipeline.id}</a> on ${pipeline.ref} ${badge(pipeline.status)}</li>`;
  return page(
    project.pathWithNamespace,
    [projectLink(project, shown)],
    html`<h1>${project.pathWithNamespace}</h1>
<h2>Issues</h2><ul>${of(state.issues).map(item)}</ul>
<h2>Merge requests</h2><ul>${of(state.mergeRequests).map(item)}</ul>
<h2>Pipelines</h2><ul>${of(state.pipelines).map(run)}</ul>`,
    shown,
  );
}

/** An issue or merge request with its threads and, at the end, room for a comment. */
export function noteablePage(
  noteable: Noteable,
  persona: string,
  diffs: readonly FileDiff[],
  shown: Shown,
): string {
  const project = getProject(noteable.projectId, shown.state);
  const mark = noteable.kind === 'issue' ? '#' : '!';
  const threads = new Map<string, Note[]>();
  for (const note of notesOf(noteable, shown.state)) {
    threads.set(note.discussionId, [...(threads.get(note.discussionId) ?? []), note]);
  }
  const author = getUser(noteable.authorId, shown.state);
  return page(
    `${mark}${noteable.iid} ${noteable.title}`,
    [projectLink(project, shown), html`${mark}${noteable.iid}`],
    html`<h1>${noteable.title}</h1>
<p class="meta">${badge(noteable.state)} ${mark}${noteable.iid} by @${author.username}${noteable.kind === 'merge_request' ? branches(noteable) : null}</p>
<div class="description">${markdown(noteable.description ?? '*No description.*')}</div>
${diffs.map(fileDiff)}
${[...threads].map(([id, notes]) => thread(id, notes, persona, shown))}
<div class="discussion">${commentForm(persona, undefined)}</div>`,
    shown,
  );
}

function branches({ sourceBranch, targetBranch }: MergeRequest): Html {
  return html`, from <code>${sourceBranch}</code> into <code>${targetBranch}</code>`;
}

function thread(discussionId: string, notes: readonly Note[], persona: string, { state }: Shown): Html {
  const row = (note: Note, index: number) =>
    html`<div class="note${index > 0 ? ' reply' : ''}${note.system ? ' system' : ''}" id="note_${note.id}"><span class="author">@${getUser(note.authorId, state).username}</span>${note.internal ? html` <span class="badge">internal</span>` : null}${markdown(note.body)}</div>`;
  const isSystem = notes.every((note) => note.system);
  return html`<div class="discussion">${notes.map(row)}${isSystem ? null : commentForm(persona, discussionId)}</div>`;
}

function commentForm(persona: string, discussionId: string | undefined): Html {
  const label = discussionId === undefined ? 'Comment' : 'Reply';
  return html`<form method="post"><input type="hidden" name="discussion" value="${discussionId}"><textarea name="body" rows="1" required aria-label="${label}" placeholder="${label} as @${persona}…"></textarea><button>${label}</button></form>`;
}

function fileDiff(file: FileDiff): Html {
  const line = (text: string) =>
    text.startsWith('+')
      ? html`<ins>${text}</ins>\n`
      : text.startsWith('-')
        ? html`<del>${text}</del>\n`
        : html`${text}\n`;
  return html`<h2>${file.newPath}</h2><pre>${file.diff.split('\n').map(line)}</pre>`;
}

export function pipelinePage(pipeline: Pipeline, shown: Shown): string {
  const project = getProject(pipeline.projectId, shown.state);
  const jobs = jobsOf(pipeline, shown.state);
  const variable = ({ key, value, variableType }: Pipeline['variables'][number]) =>
    html`<li><code>${key}</code> ${variableType === 'file' ? `file of ${value.length} characters` : html`= <code>${value.slice(0, 120)}</code>`}</li>`;
  return page(
    `Pipeline ${pipeline.id}`,
    [projectLink(project, shown), html`pipeline ${pipeline.id}`],
    html`<h1>Pipeline ${pipeline.id}</h1>
<p class="meta">${badge(pipeline.status)} on <code>${pipeline.ref}</code>, started by @${getUser(pipeline.userId, shown.state).username}</p>
${jobs.map((job) => html`<h2><a href="${jobUrl(job, pipeline, shown)}">${job.name}</a> ${badge(job.status)}</h2>${log(job)}`)}
<h2>Variables</h2><ul>${pipeline.variables.map(variable)}</ul>`,
    shown,
  );
}

export function jobPage(job: Job, shown: Shown): string {
  const pipeline = getPipeline(job.pipelineId, shown.state);
  const project = getProject(pipeline.projectId, shown.state);
  return page(
    job.name,
    [
      projectLink(project, shown),
      html`<a href="${pipelineUrl(pipeline, shown)}">pipeline ${pipeline.id}</a>`,
      html`${job.name}`,
    ],
    html`<h1>${job.name}</h1><p class="meta">${badge(job.status)}</p>${log(job)}`,
    shown,
  );
}

function log(job: Job): Html {
  // A terminal shows colours for these sequences; a page only needs the text.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  return html`<pre>${job.trace.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '') || 'No output yet.'}</pre>`;
}

function badge(status: string): Html {
  return html`<span class="badge ${status}">${status}</span>`;
}
