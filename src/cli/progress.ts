/** Says on standard error what a command is at, as long as it takes. */
export interface Progress {
  show(text: string): void;
  /** Takes the line away. */
  end(): void;
}

const NONE: Progress = { show: () => {}, end: () => {} };

/** Shows one line with a moving sign on a terminal; nothing where nobody looks. */
export async function openProgress(text: string): Promise<Progress> {
  if (!process.stderr.isTTY) return NONE;
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ text }).start();
  return {
    show: (now) => {
      spinner.text = now;
    },
    end: () => spinner.stop(),
  };
}
