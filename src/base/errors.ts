/**
 * The input is wrong: a file, a value, an option. The command line prints the message alone and exits
 * with 2. Messages are lowercase sentences: path, what was expected, what was found.
 */
export class InputError extends Error {
  override readonly name = 'InputError'

  constructor(message = '') {
    super(shortened(message))
  }
}

/**
 * What was asked for could not be done, and the message says why and what may help: no error of the input,
 * none of the program. Exit code 1.
 */
export class Failure extends Error {
  override readonly name = 'Failure'

  constructor(message = '') {
    super(shortened(message))
  }
}

/** Refuses a checkpoint that a search cannot go on from. */
export const anotherCheckpoint = (): InputError =>
  new InputError('checkpoint: it belongs to another configuration or other data; start a new run')

/** Thrown if a signal stopped the work. What was saved can be resumed. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Builds `path: expected WHAT, got VALUE`, the form that every message about an input takes. */
export function expected(path: string, what: string, got: unknown): InputError {
  return new InputError(`${path}: expected ${what}, got ${show(got)}`)
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** A text in quotes as messages give it: the beginning of a long one. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 60)}…` : text) +
  (text.length > 80 ? ` (${text.length} characters)` : '')

const [longest, head, tail] = [1000, 700, 250]

/**
 * A message of which no line is long, whatever it quotes or lists out of a file: the middle goes, for at the
 * beginning it says where and at the end what helps.
 */
export const shortened = (message: string): string =>
  message.length <= longest
    ? message
    : message
        .split('\n')
        .map((line) => (line.length <= longest ? line : `${line.slice(0, head)} … ${line.slice(-tail)}`))
        .join('\n')
