/*
 * Distances of one, two, four and eight blocks of four floats, as types whose size is the distance: type
 * arguments are the only values that the compiler puts into the offset of a load, where they cost nothing.
 */

@unmanaged
export class One {
  a: f64
  b: f64
}

@unmanaged
export class Two extends One {
  c: f64
  d: f64
}

@unmanaged
export class Four extends Two {
  e: f64
  f: f64
  g: f64
  h: f64
}

@unmanaged
export class Eight extends Four {
  i: f64
  j: f64
  k: f64
  l: f64
  m: f64
  n: f64
  o: f64
  p: f64
}
