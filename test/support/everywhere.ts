/**
 * CI has a quarter of an hour: there what runs alike on two homes of the queue runs on one of them, always the same one.
 * `BECKON_HOMES=all`, and no CI: on all.
 */
export const EVERYWHERE = process.env.CI === undefined || process.env.BECKON_HOMES === 'all';
