import { files, nameOf, type Command, type Parameter } from './command.js'
import { common } from './options.js'

/** A word that can complete the command line, with its meaning if it has one. */
export interface Suggestion {
  readonly word: string
  readonly meaning?: string | undefined
}

/** What precedes the word that is being typed. */
interface Place {
  readonly command?: Command | undefined
  /** The number of the command's positionals. */
  readonly positionals: number
  /** The option whose value comes next. */
  readonly option?: Parameter | undefined
}

/**
 * Suggests completions for the last word of a command line without the program's name: commands, values and
 * options that are not used yet. The word `files` of `command.ts` stands for files. In `--name=value`, the
 * value is completed.
 */
export function suggestionsFor(words: readonly string[], commands: readonly Command[]): Suggestion[] {
  const last = words.at(-1) ?? ''
  // Most shells pass `--name=value` as one word, bash as three.
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
