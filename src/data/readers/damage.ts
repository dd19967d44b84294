/**
 * The reason why something could not be decoded, as words for a message. Decoders that do not check their
 * bytes fail with programming errors if these are damaged, which would not help a user.
 */
export function damageOf(error: unknown): string {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError)
    return 'its bytes are damaged'
  return error.message
}
