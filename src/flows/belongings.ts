import type { Flow } from '../config/flow.ts';
import { quote } from './shell.ts';

/** Below the checkout, because a Runner takes caches and reports from nowhere else. */
const FOLDER = '.ai-flow';

/** Whether a flow needs the job of the template that has ID tokens, a cache and reports. */
export function needsExtendedJob({ id_tokens, report_artifacts, cache }: Flow): boolean {
  return Object.keys(id_tokens).length + Object.keys(report_artifacts).length > 0 || cache !== undefined;
}

/** Audiences of the ID tokens, in the order of the places that the job has for them. */
export function audiences({ id_tokens }: Flow): readonly string[] {
  return Object.values(id_tokens).map(({ aud }) => (typeof aud === 'string' ? aud : (aud[0] ?? '')));
}

/** Shell lines that give the ID tokens of the job the names that the flow has for them. */
export function nameIdTokens({ id_tokens }: Flow): readonly string[] {
  return Object.keys(id_tokens).map((name, index) => `export ${name}="\${AI_FLOW_ID_TOKEN_${index + 1}:-}"`);
}

/**
 * Shell lines that put the cache of the last run into its places. The job of the template cannot know the places
 * of a flow's cache and reports, so it always looks into one folder, which Git is told to pass over.
 */
export function unpack(flow: Flow): readonly string[] {
  if (!needsExtendedJob(flow)) return [];
  return [
    'beckon_home="$PWD"',
    `if [ -d .git/info ]; then echo '/${FOLDER}/' >> .git/info/exclude; fi`,
    ...(flow.cache?.paths ?? []).map((path, index) => {
      const kept = `${FOLDER}/cache/${index + 1}`;
      const place = quote(path);
      return `if [ -e ${kept} ] && [ ! -e ${place} ]; then mkdir -p "$(dirname ${place})"; mv ${kept} ${place}; fi`;
    }),
  ];
}

/** Shell lines for the end of the job, however it ended: they keep the cache and collect the reports. */
export function pack(flow: Flow): readonly string[] {
  if (!needsExtendedJob(flow)) return [];
  return [
    'cd "$beckon_home"',
    // For `**` in the paths of reports; other shells take it for `*`.
    'shopt -s globstar 2> /dev/null || :',
    'set +f',
    ...(flow.cache?.paths ?? []).map((path, index) => {
      const kept = `${FOLDER}/cache/${index + 1}`;
      const place = quote(path);
      return `if [ -e ${place} ]; then mkdir -p ${FOLDER}/cache; rm -rf ${kept}; mv ${place} ${kept}; fi`;
    }),
    ...Object.entries(flow.report_artifacts).flatMap(([type, paths]) => [
      'beckon_count=0',
      // Not quoted: the shell is to find the files. The schema lets nothing else through that it would act on.
      `for beckon_file in ${paths.join(' ')}; do`,
      '  [ -f "$beckon_file" ] || continue',
      '  beckon_count=$((beckon_count + 1))',
      `  mkdir -p ${FOLDER}/reports/${type}`,
      `  cp "$beckon_file" "${FOLDER}/reports/${type}/$beckon_count-$(basename "$beckon_file")"`,
      'done',
    ]),
  ];
}
