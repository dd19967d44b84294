import type { Argv } from 'yargs'
import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import { ownVersion } from '../base/version.js'
import { nameOf, type Arguments, type Command, type CommandContext } from './command.js'
import { bench } from './commands/bench.js'
import { checkDataCommand } from './commands/check-data.js'
import { compare } from './commands/compare.js'
import { completion } from './commands/completion.js'
import { derive } from './commands/derive.js'
import { doctor } from './commands/doctor.js'
import { explain } from './commands/explain.js'
import { exportCommand } from './commands/export.js'
import { init } from './commands/init.js'
import { plan } from './commands/plan.js'
import { predict } from './commands/predict.js'
import { query } from './commands/query.js'
import { report } from './commands/report.js'
import { resume } from './commands/resume.js'
import { retrain } from './commands/retrain.js'
import { runs } from './commands/runs.js'
import { schedule } from './commands/schedule.js'
import { search } from './commands/search.js'
import { worker } from './commands/worker.js'
import { common } from './options.js'
import { suggestionsFor } from './suggestions.js'

const commands: readonly Command[] = [
  init,
  checkDataCommand,
  plan,
  search,
  resume,
  derive,
  explain,
  retrain,
  exportCommand,
  predict,
  compare,
  worker,
  query,
  report,
  runs,
  schedule,
  doctor,
  bench,
  completion,
]
const names = commands.map(nameOf)

/** Help is not wider than this, because long lines are hard to read. */
const widest = 100

/** The first argument with which a shell asks for suggestions; see `shells.ts`. */
const complete = '--complete'

/**
 * Parses a command line, runs its command, and returns the exit code. Throws an InputError for wrong usage.
 */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  if (args[0] === complete) return suggest(args.slice(1), context)
  let code = 0
  const { default: yargs } = await import('yargs')
  const parser = yargs([...args])
    .scriptName('sentei')
    .usage('$0 <command>: differentiable neural architecture search with additive regularization schedules')
    .option('verbose', common.verbose)
    .locale('en')
    .parserConfiguration({ 'parse-positional-numbers': false, 'camel-case-expansion': false })
    .strict()
    .demandCommand(1, `expected a command: ${names.join(', ')}; see "sentei --help"`)
    .help()
    // yargs would look for a package around the working folder instead.
    .version(ownVersion())
    .describe({ help: String(common.help.describe), version: String(common.version.describe) })
    .wrap(context.columns === undefined ? null : Math.min(context.columns, widest))
    .exitProcess(false)
    .fail((message, error) => {
      // yargs fails with a message of its own; without one, the error comes from a command.
      throw message ? new InputError(usageMessage(message, args)) : error
    })
  for (const each of commands)
    parser.command(
      each.usage,
      each.description,
      (y) => declare(y, each),
      async (parsed: Arguments) => {
        code = (await each.run(parsed, context)) ?? 0
      },
    )
  await parser.parseAsync()
  return code
}

/** Prints suggestions for the last word of a command line, one per line. */
function suggest(words: readonly string[], { print }: CommandContext): number {
  for (const { word, meaning } of suggestionsFor(words, commands))
    print(meaning === undefined ? word : `${word}\t${meaning}`)
  return 0
}

function declare(y: Argv, { positionals = {}, options = {} }: Command): Argv {
  for (const [name, option] of Object.entries(positionals)) y.positional(name, option as { type: 'string' })
  return y.options(options)
}

/** Rewrites a message of yargs in the form of all other messages, with what was probably meant. */
function usageMessage(message: string, args: readonly string[]): string {
  const command = commands.find((each) => args.includes(nameOf(each)))
  const see = `see "sentei ${command ? `${nameOf(command)} ` : ''}--help"`
  const options = [...Object.keys(command?.options ?? {}), 'verbose', 'help']
  const unknown = /^Unknown arguments?: (.*)$/.exec(message)?.[1]?.split(', ')
  if (unknown && !command) {
    const [word] = unknown
    return `unknown command: ${word}${didYouMean(word, names)}\nsee "sentei --help"`
  }
  if (unknown) {
    const each = unknown.map((word) =>
      args.includes(word)
        ? `unknown argument: ${word}`
        : `unknown option: --${word}${didYouMean(word, options)}`,
    )
    return `${each.join('\n')}\n${see}`
  }
  const missing = message.startsWith('Not enough non-option arguments')
  if (missing && command) return `expected: sentei ${command.usage}\n${see}`
  const required = /^Missing required arguments?: (.*)$/.exec(message)?.[1]?.split(', ')
  if (required) return `expected ${required.map((name) => `--${name}`).join(' and ')}, got nothing\n${see}`
  return message.charAt(0).toLowerCase() + message.slice(1)
}
