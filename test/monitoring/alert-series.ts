/** Series of a Beckon that is well, one sample a minute for some hours, as promtool writes them. */
export const GOOD: Readonly<Record<string, string>> = {
  'beckon_build_info{instance="web",role="web",version="0.1.0"}': '1x300',
  'beckon_build_info{instance="worker",role="worker",version="0.1.0"}': '1x300',
  'beckon_queue_up{instance="web"}': '1x300',
  'beckon_queue_up{instance="worker"}': '1x300',
  'beckon_queue_depth{instance="web",state="waiting"}': '0 3 0 0 1 0x300',
  'beckon_queue_depth{instance="web",state="active"}': '1x300',
  'beckon_deliveries_total{instance="web",outcome="accepted"}': '0+1x300',
  'beckon_deliveries_total{instance="web",outcome="unauthorized"}': '0 1 1 2x300',
  'beckon_deliveries_total{instance="web",outcome="overloaded"}': '0x300',
  'beckon_deliveries_total{instance="web",outcome="unavailable"}': '0x300',
  'beckon_ack_seconds_bucket{instance="web",le="0.1"}': '0+10x300',
  'beckon_ack_seconds_bucket{instance="web",le="5"}': '0+10x300',
  'beckon_ack_seconds_bucket{instance="web",le="+Inf"}': '0+10x300',
  'beckon_hooks_watched{instance="worker"}': '3x300',
  'beckon_hooks_disabled{instance="worker"}': '0x300',
  'beckon_caught_up_total{instance="worker",agent="claude",outcome="taken"}': '0x300',
  'beckon_caught_up_total{instance="worker",agent="claude",outcome="known"}': '0+1x300',
  'beckon_caught_up_timestamp_seconds{instance="worker",source="todos/claude"}': '0+60x300',
  'beckon_runs_total{instance="worker",agent="claude",trigger="claude",state="succeeded"}': '0+1x300',
  'beckon_runs_total{instance="worker",agent="claude",trigger="claude",state="failed"}': '0x200 1x100',
  'beckon_runs_not_started_total{instance="worker",agent="claude"}': '0x300',
  'beckon_runs_oldest_waiting_seconds{instance="worker"}': '30x300',
  'beckon_gitlab_requests_total{instance="worker",operation="GET user",status="200"}': '0+60x300',
  'beckon_gitlab_requests_total{instance="worker",operation="GET user",status="502"}': '0+1x300',
  'beckon_gitlab_requests_total{instance="worker",operation="GET user",status="401"}': '0x300',
  'beckon_gitlab_requests_total{instance="worker",operation="GET user",status="429"}': '0+1x300',
  'beckon_token_expires_in_days{instance="worker",agent="claude"}': '30x300',
  'beckon_config_reloads_total{instance="worker",outcome="refused"}': '0x300',
};

/** What differs from {@link GOOD} at the end of four hours, and the alerts that it has to bring, by name. */
export const TROUBLES: readonly {
  readonly when: string;
  readonly alerts: readonly string[];
  /** `undefined`: it is not there. */
  readonly series: Readonly<Record<string, string | undefined>>;
}[] = [
  {
    when: 'the worker is gone',
    alerts: ['BeckonWorkerAway'],
    series: { 'beckon_build_info{instance="worker",role="worker",version="0.1.0"}': '1x180' },
  },
  {
    when: 'the web process is gone',
    alerts: ['BeckonWebAway'],
    series: { 'beckon_build_info{instance="web",role="web",version="0.1.0"}': '1x180' },
  },
  {
    when: 'one process does not reach the queue',
    alerts: ['BeckonQueueUnreachable'],
    series: { 'beckon_queue_up{instance="web"}': '1x180 0x100' },
  },
  {
    when: 'the queue takes no deliveries',
    alerts: ['BeckonDeliveriesNotTaken'],
    series: { 'beckon_deliveries_total{instance="web",outcome="unavailable"}': '0x235 1x100' },
  },
  {
    when: 'too much comes at once',
    alerts: ['BeckonDeliveriesNotTaken'],
    series: { 'beckon_deliveries_total{instance="web",outcome="overloaded"}': '0x235 1x100' },
  },
  {
    when: 'deliveries have a wrong secret',
    alerts: ['BeckonDeliveriesRefused'],
    series: { 'beckon_deliveries_total{instance="web",outcome="unauthorized"}': '0x180 0+2x100' },
  },
  {
    when: 'GitLab has switched off a webhook',
    alerts: ['BeckonHookDisabled'],
    series: { 'beckon_hooks_disabled{instance="worker"}': '0x180 1x100' },
  },
  {
    when: 'nothing arrives for a day',
    alerts: ['BeckonNothingDelivered'],
    series: {
      'beckon_deliveries_total{instance="web",outcome="accepted"}': '0x300',
      'beckon_deliveries_total{instance="web",outcome="unauthorized"}': '0x300',
    },
  },
  {
    when: 'To-Do items tell of what no webhook told',
    alerts: ['BeckonWebhookMissed'],
    series: { 'beckon_caught_up_total{instance="worker",agent="claude",outcome="taken"}': '0x180 0+1x100' },
  },
  {
    when: 'To-Do items cannot be read',
    alerts: ['BeckonCatchUpBehind'],
    series: {
      'beckon_caught_up_timestamp_seconds{instance="worker",source="todos/claude"}': '0+60x120 7200x200',
    },
  },
  {
    when: 'runs do not start',
    alerts: ['BeckonRunsNotStarting'],
    series: { 'beckon_runs_not_started_total{instance="worker",agent="claude"}': '0x180 0+1x100' },
  },
  {
    when: 'most runs fail',
    alerts: ['BeckonRunsFailing'],
    series: {
      'beckon_runs_total{instance="worker",agent="claude",trigger="claude",state="failed"}': '0x120 0+4x200',
    },
  },
  {
    when: 'a run waits for hours',
    alerts: ['BeckonRunsStuckWaiting'],
    series: { 'beckon_runs_oldest_waiting_seconds{instance="worker"}': '0x100 0+60x200' },
  },
  {
    when: 'nobody takes the jobs',
    alerts: ['BeckonJobsNotTaken'],
    series: {
      'beckon_queue_depth{instance="web",state="waiting"}': '0x180 2x100',
      'beckon_queue_depth{instance="web",state="active"}': '1x180 0x100',
    },
  },
  {
    when: 'the workers do not keep up',
    alerts: ['BeckonJobsPilingUp'],
    series: { 'beckon_queue_depth{instance="web",state="waiting"}': '0x180 500x100' },
  },
  {
    when: 'GitLab fails',
    alerts: ['BeckonGitLabErrors'],
    series: {
      'beckon_gitlab_requests_total{instance="worker",operation="GET user",status="502"}': '0x180 0+30x100',
    },
  },
  {
    when: 'GitLab refuses a token',
    alerts: ['BeckonGitLabRefuses'],
    series: {
      'beckon_gitlab_requests_total{instance="worker",operation="GET user",status="401"}': '0x180 0+1x100',
    },
  },
  {
    when: 'GitLab limits the rate',
    alerts: ['BeckonGitLabRateLimit'],
    series: {
      'beckon_gitlab_requests_total{instance="worker",operation="GET user",status="429"}': '0x180 0+10x100',
    },
  },
  {
    when: 'a token ends within a week',
    alerts: ['BeckonTokenEnding'],
    series: { 'beckon_token_expires_in_days{instance="worker",agent="claude"}': '30x120 6.5x200' },
  },
  {
    when: 'a token is over',
    alerts: ['BeckonTokenEnding', 'BeckonTokenOver'],
    series: { 'beckon_token_expires_in_days{instance="worker",agent="claude"}': '30x120 -0.1x200' },
  },
  {
    when: 'a changed config is wrong',
    alerts: ['BeckonConfigRefused'],
    series: { 'beckon_config_reloads_total{instance="worker",outcome="refused"}': '0x235 1x100' },
  },
  {
    when: 'answers are slow',
    alerts: ['BeckonSlowAnswers'],
    series: { 'beckon_ack_seconds_bucket{instance="web",le="0.1"}': '0+10x180 1800+1x100' },
  },
];
