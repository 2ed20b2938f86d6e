import { type Browser, chromium } from 'playwright-core';
import { findProgram } from '../gitlab/git/find-program.ts';

/** Debian's browser, without a window and without talking to anybody. Close it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findProgram('chromium') ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
