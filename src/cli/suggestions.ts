import { files, nameOf, type Command, type Parameter } from './command.js'
import { common } from './options.js'

/** A word that may stand where one is being typed, and what it means where that is told. */
export interface Suggestion {
  readonly word: string
  readonly meaning?: string | undefined
}

/** What stands before the word that is being typed. */
interface Place {
  readonly command?: Command | undefined
  /** How many of the command's positionals. */
  readonly positionals: number
  /** The option whose value comes next. */
  readonly option?: Parameter | undefined
}

/**
 * What may stand in place of the last word of a command line, which begins behind the program's name: commands, values,
 * options that are not there yet. The word `files` of `command.ts` stands for files. Of `--name=value` it is the value.
 */
export function suggestionsFor(words: readonly string[], commands: readonly Command[]): Suggestion[] {
  const last = words.at(-1) ?? ''
  // One word in most shells, three in bash.
  const [, name, value] = /^(--[^=]+)?=(.*)$/.exec(last) ?? []
  const before = words.slice(0, -1).filter((word) => word !== '=')
  if (name !== undefined) before.push(name)
  const typed = value ?? last
  const possible = possibleAt(placeAfter(before, commands), typed, commands)
  return possible.filter(({ word }) => word === files || (word.startsWith(typed) && !before.includes(word)))
}

function placeAfter(words: readonly string[], commands: readonly Command[]): Place {
  let place: Place = { positionals: 0 }
  for (const word of words) {
    const { command, positionals, option } = place
    if (word.startsWith('--')) place = { ...place, option: valued(optionsOf(command)[word.slice(2)]) }
    else if (option) place = { ...place, option: option.array ? option : undefined }
    else if (command) place = { ...place, positionals: positionals + 1 }
    else place = { ...place, command: commands.find((each) => nameOf(each) === word) }
  }
  return place
}

function possibleAt(
  { command, positionals, option }: Place,
  typed: string,
  commands: readonly Command[],
): Suggestion[] {
  if (typed.startsWith('-')) return optionWords(command)
  if (option) return words(option)
  if (!command) return commands.map((each) => ({ word: nameOf(each), meaning: each.description }))
  const positional = Object.values(command.positionals ?? {})[positionals]
  return positional ? words(positional) : optionWords(command)
}

const optionsOf = (command: Command | undefined): Readonly<Record<string, Parameter>> => ({
  ...command?.options,
  ...common,
})

const optionWords = (command: Command | undefined): Suggestion[] =>
  Object.entries(optionsOf(command)).map(([name, { describe }]) => ({
    word: `--${name}`,
    ...(typeof describe === 'string' && { meaning: describe }),
  }))

const words = ({ suggest = [] }: Parameter): Suggestion[] => suggest.map((word) => ({ word }))

const valued = (option: Parameter | undefined): Parameter | undefined =>
  option?.type === 'boolean' ? undefined : option
