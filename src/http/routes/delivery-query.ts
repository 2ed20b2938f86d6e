import { z } from 'zod';
import { KeptOutcome } from '../../admin/deliveries.ts';
import { ProjectGlob } from './project-glob.ts';

/** How a list of deliveries is narrowed, as parameters of an address. */
export const DeliveryQuery = z.object({
  outcome: KeptOutcome.optional(),
  project: ProjectGlob,
  event: z.string().optional().describe("GitLab's `object_kind`, such as `note`."),
});
