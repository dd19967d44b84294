/**
 * An error of the input: a file, a value, an option. The command line prints only the message and exits with
 * 2. Messages are lowercase sentences: path, what was expected, what was found.
 */
export class InputError extends Error {
  override readonly name = 'InputError'

  constructor(message = '') {
    super(shortened(message))
  }
}

/** What some work returns; undefined if the input is at fault. */
export function unlessAtFault<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

/**
 * What was asked for could not be done, though neither the input nor the program is wrong. The message says
 * why and what may help. Exit code 1.
 */
export class Failure extends Error {
  override readonly name = 'Failure'

  constructor(message = '') {
    super(shortened(message))
  }
}

/** A model does not meet the criteria that were set beforehand, so it is not exported. Exit code 3. */
export class Refused extends Error {
  override readonly name = 'Refused'

  constructor(message = '') {
    super(shortened(message))
  }
}

/** The error for a checkpoint from which a search cannot continue. */
export const anotherCheckpoint = (): InputError =>
  new InputError('checkpoint: it belongs to another configuration or other data; start a new run')

/** Thrown if a signal stopped the work, which can be resumed from what was saved. */
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

/** A text in quotes for messages, shortened if it is long. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 60)}…` : text) +
  (text.length > 80 ? ` (${text.length} characters)` : '')

const [longest, head, tail] = [1000, 700, 250]

/**
 * Shortens long lines of a message, whatever it quotes or lists from a file. The middle is left out, because
 * the beginning says where and the end says what helps.
 */
export const shortened = (message: string): string =>
  message.length <= longest
    ? message
    : message
        .split('\n')
        .map((line) => (line.length <= longest ? line : `${line.slice(0, head)} … ${line.slice(-tail)}`))
        .join('\n')
