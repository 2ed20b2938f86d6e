import { award, awardsOn, revokeAward } from '../../world/emoji.ts';
import { mayComment } from '../../world/policy.ts';
import type { Award, Noteable } from '../../world/records-discussion.ts';
import { forbidden, notFound, Refusal } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, empty, ok, page } from '../call.ts';
import { awardEntity } from '../entities/note.ts';
import { requiredText } from '../input.ts';
import { noteableOf, noteOf, projectOf, userOf } from '../lookup.ts';

/** Emoji on issues or merge requests and on their notes. */
export function emojiRoutes(kind: Noteable['kind'], segment: string): readonly Endpoint[] {
  const item = `/projects/:id/${segment}/:iid`;
  return [
    ...routesOn(`${item}/award_emoji`, kind, false),
    ...routesOn(`${item}/notes/:note_id/award_emoji`, kind, true),
  ];
}

function routesOn(base: string, kind: Noteable['kind'], note: boolean): readonly Endpoint[] {
  const subject = (call: Call): Award['awardable'] => {
    const on = noteableOf(call, kind);
    return note ? { kind: 'note', id: noteOf(call, on).id } : { kind, id: on.id };
  };
  const one = (call: Call) => {
    const found = awardsOn(subject(call), call.context).find(({ id }) => id === Number(call.params.award_id));
    if (found === undefined) throw notFound();
    return found;
  };
  return [
    {
      method: 'GET',
      path: base,
      anonymous: true,
      run: (call) => page(awardsOn(subject(call), call.context), (found) => awardEntity(found, call.context)),
    },
    {
      method: 'POST',
      path: base,
      run: (call) => {
        const on = subject(call);
        const project = projectOf(call);
        if (!mayComment(call.user, noteableOf(call, kind), project, call.context))
          throw notFound('Award Emoji');
        const name = requiredText(call, 'name');
        // GitLab knows some 1,800 names and checks against them; here the shape has to do.
        if (!/^[a-z0-9_+-]+$/.test(name)) throw notFound('Award Emoji ["Name is not a valid emoji name"]');
        return created(
          awardEntity(
            award({ by: userOf(call), name, projectId: project.id, on }, call.context),
            call.context,
          ),
        );
      },
    },
    {
      method: 'GET',
      path: `${base}/:award_id`,
      anonymous: true,
      run: (call) => ok(awardEntity(one(call), call.context)),
    },
    {
      method: 'DELETE',
      path: `${base}/:award_id`,
      run: (call) => {
        const found = one(call);
        const by = userOf(call);
        if (found.userId !== by.id && !by.admin) throw new Refusal('unauthorized', '401 Unauthorized');
        if (projectOf(call).archived) throw forbidden();
        revokeAward(found, call.context);
        return empty;
      },
    },
  ];
}
