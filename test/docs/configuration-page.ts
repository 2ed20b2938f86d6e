import { stringify } from 'yaml';
import { z } from 'zod';
import { duration, flowPath, intervalOrOff, onOff, rate } from '../../src/config/scalars.ts';
import { ConfigFile } from '../../src/config/schema.ts';
import { chosenName, examplesOf, inFlow } from './configuration-examples.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** One key of the config file. */
export interface Key {
  /** From the top, with `[]` for the entries of a list and `<…>` for a name of one's own. */
  readonly path: string;
  readonly type: string;
  /** As it would be written; `undefined`: there is none. */
  readonly fallback: string | undefined;
  readonly isNeeded: boolean;
  readonly meaning: string;
}

const shape = (schema: z.ZodType) => shapeOf(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }));

/** Forms of text, and of a few other values, that have a name. */
const FORMS = new Map([
  [shape(duration), 'duration'],
  [shape(rate), 'rate'],
  [shape(intervalOrOff), 'duration or `off`'],
  [shape(onOff), '`on` or `off`'],
  [shape(flowPath), 'path'],
]);

const INTRODUCTION = `# Configuration

<!-- Made from the schema of the config file by \`npm run docs\`; a test fails where it is not up to date. -->

The config file is YAML. \`--config FILE\` or the environment variable \`BECKON_CONFIG\` names it, else it is
\`config/beckon.yaml\`. [\`config/minimal.yaml\`](../config/minimal.yaml) has the least that is needed, and
[\`config/example.yaml\`](../config/example.yaml) every key in its place, with comments. An editor completes and checks
the file by [\`config/schema.json\`](../config/schema.json), which the first line of both names.

- Unknown keys are refused. All faults are told at once, each as \`FILE:LINE:COL path: what is wrong\`, with exit code 2.
- \`\${NAME}\` in a text is the environment variable of that name, \`\${file:PATH}\` the content of a file without its last
  line break, and \`$\${\` stands for \`\${\`. What is put in is never read again for more.
- A **duration** is a number and \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`, such as \`90s\` or \`2h\`; a **rate** is so many in a \`s\`, \`m\`,
  \`h\` or \`d\`, such as \`20/h\`.
- In the tables \`[]\` stands for an entry of a list and \`<…>\` for a name that you choose. A key without a default may be
  left out, unless it says **needed**.
- \`beckon check\` says whether it is right. \`beckon serve\` goes by
  [a file that changes](operations.md#a-config-that-changes) without a restart, but for a few keys.
`;

/** The whole page, in Markdown. */
export function configurationPage(): string {
  const { properties = {}, required = [] } = configSchema();
  const sections = Object.entries(properties).map(([name, schema]) => {
    const about = (schema as Schema).description ?? '';
    const word = required.includes(name) ? ' Needed.' : '';
    const rows = keysIn(schema as Schema, name).map(row);
    return `## ${name}\n\n${about}${word}\n\n| key | type | default | meaning | example |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

/** Every key of the config file in the order of the schema. */
export function configKeys(): readonly Key[] {
  return Object.entries(configSchema().properties ?? {}).flatMap(([name, schema]) =>
    keysIn(schema as Schema, name),
  );
}

function configSchema(): Schema {
  return z.toJSONSchema(ConfigFile, { io: 'input', target: 'draft-7' });
}

function row({ path, type, fallback, isNeeded, meaning }: Key): string {
  const example = examplesOf().get(path);
  const shown = example === undefined || example === fallback ? '' : code(example);
  const value = isNeeded ? '**needed**' : fallback === undefined ? '' : code(fallback);
  const cells = [code(path), type, value, meaning, shown];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Keys below a value, each before those within it. A key within itself, as in groups of rules, is told once. */
function keysIn(schema: Schema, path: string): readonly Key[] {
  return formsOf(schema).flatMap((form) => {
    if (form.type === 'array') return keysIn(form.items as Schema, `${path}[]`);
    if (form.type !== 'object') return [];
    const known = path.split(/\.|\[\]/);
    const named = Object.entries(form.properties ?? {}).filter(([name]) => !known.includes(name));
    const others = form.additionalProperties;
    const keys = named.flatMap(([name, value]) => {
      const inner = value as Schema;
      const key = {
        path: `${path}.${name}`,
        type: typeOf(inner),
        fallback: fallbackOf(inner),
        isNeeded: form.required?.includes(name) === true,
        meaning: inner.description ?? '',
      };
      return [key, ...keysIn(inner, key.path)];
    });
    if (typeof others !== 'object') return keys;
    return [...keys, ...keysIn(others, `${path}.${chosenName(path)}`)];
  });
}

/** The forms that a value can have. */
function formsOf(schema: Schema): readonly Schema[] {
  return (schema.anyOf as readonly Schema[] | undefined) ?? [schema];
}

function typeOf(schema: Schema): string {
  const named = FORMS.get(shapeOf(schema));
  if (named !== undefined) return named;
  if (schema.enum !== undefined) return choices(schema.enum);
  if (schema.const !== undefined) return code(String(schema.const));
  const forms = formsOf(schema);
  const number = forms.find(({ type }) => type === 'integer');
  if (number !== undefined) return `whole number, ${number.minimum} to ${number.maximum}`;
  if (forms.length > 1) return [...new Set(forms.map(typeOf))].join(' or ');
  switch (schema.type) {
    case 'array':
      return `list: ${typeOf(schema.items as Schema)}`;
    case 'object':
      return 'mapping';
    case 'boolean':
      return choices([true, false]);
    case 'string':
      return 'text';
    default:
      return [schema.type]
        .flat()
        .map((type) => (type === 'string' ? 'text' : type))
        .join(' or ');
  }
}

function choices(values: readonly unknown[]): string {
  return values.map((value) => code(String(value))).join(', ');
}

/** A mapping with defaults of its own has none as a whole. */
function fallbackOf(schema: Schema): string | undefined {
  if (schema.default === undefined || schema.properties !== undefined) return undefined;
  return inFlow(schema.default);
}

/** The same for values of the same form, whatever they mean. */
function shapeOf({ $schema, description, default: fallback, ...form }: Schema): string {
  return stringify(form, { sortMapEntries: true });
}

function code(text: string): string {
  return `\`${text}\``;
}
