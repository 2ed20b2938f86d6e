import { styleText } from 'node:util';
import { getUser } from '../world/lookup.ts';
import type { World } from '../world/world.ts';

/** Prints what happens in GitLab as people would see it: comments, edits of them, pipelines, merge requests. */
export function printThread(world: World, print: (line: string) => void): void {
  const said = new Set<string>();
  const say = (line: string) => {
    if (said.has(line)) return;
    said.add(line);
    print(line);
  };
  world.listen((event) => {
    switch (event.type) {
      case 'note': {
        if (event.note.system) return;
        const author = styleText('bold', `@${getUser(event.note.authorId, world.state).username}`);
        const edited = event.action === 'update' ? styleText('dim', ' (edited)') : '';
        say(`  ${author}${edited}: ${withoutComments(event.note.body)}`);
        return;
      }
      case 'pipeline':
        say(
          styleText(
            'dim',
            `    pipeline ${event.pipeline.id} on ${event.pipeline.ref}: ${event.pipeline.status}`,
          ),
        );
        return;
      case 'merge_request': {
        const { iid, title } = event.mergeRequest;
        if (event.action === 'open') say(styleText('green', `    merge request !${iid} opened: ${title}`));
        return;
      }
      default:
    }
  });
}

function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, '').trim();
}
