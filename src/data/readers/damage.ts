/**
 * Why something could not be decoded, in words for a message. Decoders that believe their bytes end in errors of the
 * program where these are damaged, and those say nothing to a user.
 */
export function damageOf(error: unknown): string {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError)
    return 'its bytes are damaged'
  return error.message
}
