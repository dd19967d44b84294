import { InputError } from '../base/errors.js'

/** The choices of an architecture: the kept members of every group, by group. */
export type Choices = Readonly<Record<string, readonly string[]>>

/** Writes and reads an architecture as one line of text, in the syntax that the field uses for the space. */
export interface Notation {
  /** Writes every choice in one line; `read` gives the same choices back. */
  write(choices: Choices): string
  /** Reads the choices of a line. Throws an InputError that names what is wrong and what is expected. */
  read(text: string): Choices
  /**
   * A line that is the same for architectures that are the same network, written differently. If it is
   * missing, different architectures are different networks.
   */
  canonical?(choices: Choices): string
}

/**
 * The notation of spaces that have none of their own: `group=member+member; group=member`, groups in the
 * supernet's order.
 */
export const plainNotation: Notation = {
  write: (choices) =>
    Object.entries(choices)
      .map(([group, members]) => `${group}=${members.join('+')}`)
      .join('; '),
  read: (text) =>
    Object.fromEntries(
      text
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => {
          const at = part.indexOf('=')
          if (at < 1)
            throw new InputError(`architecture: expected group=member+member; group=member, got ${part}`)
          return [
            part.slice(0, at).trim(),
            part
              .slice(at + 1)
              .split('+')
              .map((member) => member.trim()),
          ]
        }),
    ),
}
