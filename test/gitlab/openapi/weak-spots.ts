/** Where the document says something else than GitLab does, and why that is known. */
export interface WeakSpot {
  readonly reason: string;
}

/** Properties whose type in the document is wrong. `accept` is a JSON schema type. */
export const wrongTypes: readonly (WeakSpot & {
  readonly schema: string;
  readonly property: string;
  readonly accept: string;
})[] = [
  {
    schema: 'APIEntitiesMember',
    property: 'access_level',
    accept: 'integer',
    reason: 'documented and sent as a number',
  },
  ...['APIEntitiesProjectAccess', 'APIEntitiesGroupAccess'].flatMap((schema) =>
    ['access_level', 'notification_level'].map((property) => ({
      schema,
      property,
      accept: 'integer',
      reason: 'documented and sent as a number',
    })),
  ),
  {
    schema: 'APIEntitiesCiJob.project',
    property: 'ci_job_token_scope_enabled',
    accept: 'boolean',
    reason: 'documented and sent as true or false',
  },
  {
    schema: 'APIEntitiesCiRunnerDetails',
    property: 'tag_list',
    accept: 'array',
    reason: 'documented and sent as a list',
  },
  ...['run_untagged', 'locked'].map((property) => ({
    schema: 'APIEntitiesCiRunnerDetails',
    property,
    accept: 'boolean',
    reason: 'documented and sent as true or false',
  })),
];

/** Properties that GitLab sends and the document leaves out. */
export const missingProperties: readonly (WeakSpot & {
  readonly schema: string;
  readonly property: string;
})[] = [{ schema: 'APIEntitiesUserPublic', property: 'is_admin', reason: 'shown to administrators' }];

/** Properties whose format is a day although the document says a moment. */
export const daysNotMoments: readonly (WeakSpot & { readonly schema: string; readonly property: string })[] =
  [
    {
      schema: 'APIEntitiesPersonalAccessTokenWithLastUsedIps',
      property: 'expires_at',
      reason: 'tokens expire by day',
    },
  ];

/** Operations that answer another status than the document says. */
export const otherStatuses: readonly (WeakSpot & {
  readonly method: string;
  readonly path: string;
  readonly status: number;
})[] = [
  ...['issues', 'merge_requests'].flatMap((segment) => [
    {
      method: 'DELETE',
      path: `/projects/{}/${segment}/{}/notes/{}`,
      status: 204,
      reason: 'destroy_conditionally! answers 204',
    },
    {
      method: 'DELETE',
      path: `/projects/{}/${segment}/{}/discussions/{}/notes/{}`,
      status: 204,
      reason: 'destroy_conditionally! answers 204',
    },
    {
      method: 'POST',
      path: `/projects/{}/${segment}/{}/notes`,
      status: 202,
      reason: 'a note of commands only',
    },
    {
      method: 'POST',
      path: `/projects/{}/${segment}/{}/discussions`,
      status: 202,
      reason: 'a note of commands only',
    },
    {
      method: 'POST',
      path: `/projects/{}/${segment}/{}/discussions/{}/notes`,
      status: 202,
      reason: 'a note of commands only',
    },
  ]),
  {
    method: 'DELETE',
    path: '/projects/{}/hooks/{}',
    status: 204,
    reason: 'destroy_conditionally! answers 204',
  },
  {
    method: 'POST',
    path: '/projects/{}/repository/commits',
    status: 201,
    reason: 'Grape answers 201 to a POST',
  },
  { method: 'POST', path: '/todos/mark_as_done', status: 204, reason: 'the endpoint calls no_content!' },
];

/** Operations whose body the document describes as an upload. */
export const uploadBodies: readonly (WeakSpot & { readonly method: string; readonly path: string })[] = [
  {
    method: 'POST',
    path: '/projects/{}/repository/commits',
    reason: 'only the form for Workhorse uploads is described',
  },
  {
    method: 'POST',
    path: '/projects/{}/repository/files/{}',
    reason: 'only the form for Workhorse uploads is described',
  },
  {
    method: 'PUT',
    path: '/projects/{}/repository/files/{}',
    reason: 'only the form for Workhorse uploads is described',
  },
];

/** Parameters that GitLab takes and the document leaves out. */
export const missingParameters: readonly (WeakSpot & {
  readonly method: string;
  readonly path: string;
  readonly name: string;
})[] = [
  {
    method: 'PUT',
    path: '/projects/{}',
    name: 'ci_pipeline_variables_minimum_override_role',
    reason: 'documented at the projects API',
  },
];

/** Answers whose described body is not what comes. */
export const otherBodies: readonly (WeakSpot & { readonly method: string; readonly path: string })[] = [
  {
    method: 'GET',
    path: '/projects/{}/issues/{}/discussions/{}/notes',
    reason: 'described as a discussion, is a list of notes',
  },
  {
    method: 'GET',
    path: '/projects/{}/merge_requests/{}/discussions/{}/notes',
    reason: 'described as a discussion, is a list of notes',
  },
];
