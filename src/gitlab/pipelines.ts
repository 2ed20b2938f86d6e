import { Jobs, Pipelines } from '@gitbeaker/rest';
import type { z } from 'zod';
import type { GitLab, Pipeline } from '../runs/ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import type { ResourceConnection } from './connection.ts';
import { JobsAnswer, PipelineAnswer, PipelinesAnswer } from './responses.ts';

/** Pipelines and their jobs. */
export function createPipelines(
  connection: ResourceConnection,
): Pick<GitLab, 'createPipeline' | 'apiPipelines' | 'pipeline' | 'jobs' | 'cancelPipeline'> {
  const jobs = new Jobs(connection);
  const pipelines = new Pipelines(connection);

  return {
    async createPipeline(projectId, { ref, variables, inputs }) {
      const body = {
        variables: variables.map(({ key, value, type }) => ({ key, value, variable_type: type })),
        ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
      };
      return pipelineOf(readAnswer(PipelineAnswer, await pipelines.create(projectId, ref, body)));
    },
    async apiPipelines(projectId, ref) {
      const answer = await pipelines.all(projectId, {
        ref,
        source: 'api',
        orderBy: 'id',
        sort: 'desc',
        perPage: 100,
        page: 1,
      });
      return readAnswer(PipelinesAnswer, answer).map(pipelineOf);
    },
    async pipeline(projectId, id) {
      const answer = await orUndefined(pipelines.show(projectId, id));
      return answer === undefined ? undefined : pipelineOf(readAnswer(PipelineAnswer, answer));
    },
    async jobs(projectId, pipelineId) {
      const answer = await jobs.all(projectId, { pipelineId, perPage: 100, page: 1 });
      return readAnswer(JobsAnswer, answer).map((job) => ({
        id: job.id,
        name: job.name,
        status: job.status,
        url: job.web_url ?? '',
        failureReason: job.failure_reason,
      }));
    },
    async cancelPipeline(projectId, id) {
      await orUndefined(pipelines.cancel(projectId, id));
    },
  };
}

function pipelineOf({ id, web_url, status, created_at }: z.output<typeof PipelineAnswer>): Pipeline {
  return { id, url: web_url, status, createdAt: created_at ?? new Date().toISOString() };
}
