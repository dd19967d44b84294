import type { Options } from 'yargs'

/** What yargs parsed, by option and positional name. */
export type Arguments = Readonly<Record<string, unknown>>

/** What a command may use of the process. */
export interface CommandContext {
  /** Results, for programs: one JSON object with `--json`, else text. */
  readonly print: (text: string) => void
  /** Everything else, on stderr. */
  readonly say: (text: string) => void
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Aborted by the first interrupt while the process is stoppable. */
  readonly signal: AbortSignal
  /** Told when something begins to listen to the signal, and when it ends. */
  readonly onStoppable?: (stoppable: boolean) => void
}

/** A positional or an option: its yargs form, and what a shell suggests for its value. */
export interface Parameter extends Options {
  /** Words, of which `files` stands for the files that are there; nothing by default. */
  readonly suggest?: readonly string[]
}

/** What a shell completes by itself, among the words of `suggest`. */
export const files = '<files>'

/**
 * One command of the program, a file each. Its declaration is loaded by every other command, by help and by completion,
 * so it imports little; what it needs to do its work is imported when it runs.
 */
export interface Command {
  /** Its yargs form: `search <config>`. */
  readonly usage: string
  readonly description: string
  readonly positionals?: Readonly<Record<string, Parameter>>
  readonly options?: Readonly<Record<string, Parameter>>
  /** Does the work; returns the exit code where it is not 0. */
  run(args: Arguments, context: CommandContext): Promise<number | void> | number | void
}

/** The word that a command is called by. */
export const nameOf = ({ usage }: Command): string => usage.split(' ')[0]!

/** Declares a command. */
export const command = (definition: Command): Command => definition

/** 0 done, 1 failed, 2 the input is wrong, 3 criteria not met, 130 interrupted. */
export const exitCodes = { failed: 1, input: 2, criteria: 3, interrupted: 130 } as const
