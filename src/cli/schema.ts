import { Command } from 'commander';
import { configJsonSchema } from '../config/json-schema.ts';

export const schema = new Command('schema')
  .description('Print the JSON Schema of the config file, for editors.')
  .action(() => {
    process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  });
