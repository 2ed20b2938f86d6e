/** Changes what is shown. */
export type Show = (text: string) => void;

/**
 * Says on standard error what a command is at, as long as `act` takes: one line with a moving sign on a terminal, and
 * nothing where nobody looks. `act` writes nothing to the terminal itself.
 */
export async function withProgress<T>(text: string, act: (show: Show) => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return act(() => {});
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ text }).start();
  try {
    return await act((now) => {
      spinner.text = now;
    });
  } finally {
    spinner.stop();
  }
}
