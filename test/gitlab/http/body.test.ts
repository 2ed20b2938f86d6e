import { expect, test } from 'vitest';
import { nested, readBody } from './body.ts';
import { InvalidParameter } from './input.ts';

test.each([
  ['a=1&b=2', { a: '1', b: '2' }],
  ['ids[]=1&ids[]=2', { ids: ['1', '2'] }],
  ['position[new_line]=3&position[new_path]=f', { position: { new_line: '3', new_path: 'f' } }],
  [
    'v[][key]=A&v[][value]=1&v[][key]=B&v[][value]=2',
    {
      v: [
        { key: 'A', value: '1' },
        { key: 'B', value: '2' },
      ],
    },
  ],
])('%s', (form, fields) => {
  expect(nested([...new URLSearchParams(form)])).toEqual(fields);
});

test.each(['{', '[1]', '"x"'])('%s is no body', async (text) => {
  await expect(readBody(Buffer.from(text), 'application/json')).rejects.toBeInstanceOf(InvalidParameter);
});
