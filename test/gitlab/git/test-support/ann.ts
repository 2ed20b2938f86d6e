/** The author of the commits in tests. */
export const ann = { name: 'Ann', email: 'ann@example.com', date: new Date('2026-05-01T10:00:00Z') };
