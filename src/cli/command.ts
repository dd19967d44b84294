import type { Options } from 'yargs'

/** The arguments that yargs parsed, by the name of the option or positional. */
export type Arguments = Readonly<Record<string, unknown>>

/** What a command may use of the process. */
export interface CommandContext {
  /** Prints a result for programs to stdout: one JSON object with `--json`, otherwise text. */
  readonly print: (text: string) => void
  /** Prints everything else to stderr. */
  readonly say: (text: string) => void
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  /** The width of stdout, if it is a terminal. Sentences are wrapped to it. */
  readonly columns?: number | undefined
  /** Aborted by the first interrupt while the process is stoppable. */
  readonly signal: AbortSignal
  /** Called with true when a task starts to react to the signal, and with false when it ends. */
  readonly onStoppable?: (stoppable: boolean) => void
}

/** A positional or an option: its declaration for yargs, and the values that a shell suggests. */
export interface Parameter extends Options {
  /** Suggested words, in which `files` stands for existing files; none by default. */
  readonly suggest?: readonly string[]
}

/** Among the words of `suggest`, it stands for the files that the shell completes itself. */
export const files = '<files>'

/**
 * A command of the program, one per file. The declarations of all commands are loaded by every command, by
 * help and by completion. Therefore they import little; what a command needs for its work is imported when it
 * runs.
 */
export interface Command {
  /** Its usage for yargs: `search <config>`. */
  readonly usage: string
  readonly description: string
  readonly positionals?: Readonly<Record<string, Parameter>>
  readonly options?: Readonly<Record<string, Parameter>>
  /** Does the work. Returns the exit code if that is not 0. */
  run(args: Arguments, context: CommandContext): Promise<number | void> | number | void
}

/** The word by which a command is called. */
export const nameOf = ({ usage }: Command): string => usage.split(' ')[0]!

/** Declares a command. */
export const command = (definition: Command): Command => definition

/** The exit codes other than 0: 1 failed, 2 invalid input, 3 criteria not met, 130 interrupted. */
export const exitCodes = { failed: 1, input: 2, criteria: 3, interrupted: 130 } as const
