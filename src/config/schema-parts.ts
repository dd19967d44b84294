import { Type } from '@sinclair/typebox'

/** A string from a fixed list. */
export const oneOf = <T extends string[]>(values: [...T], options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options })
/** An object that may not have other keys. */
export const object = <T extends Parameters<typeof Type.Object>[0]>(properties: T, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options })
/** A number from 0 to 1. */
export const fraction = (options: object = {}) => Type.Number({ minimum: 0, maximum: 1, ...options })

/** A value in a document that only its reader can interpret. */
export type Json =
  string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json }

/** A part of a document that is validated by its reader, for example the options of a space or a schedule. */
export const json = Type.Unsafe<Json>(Type.Unknown())
