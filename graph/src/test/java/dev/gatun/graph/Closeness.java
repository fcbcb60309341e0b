package dev.gatun.graph;

import dev.gatun.ops.Reference;

/** Compares results; a mismatch says where, what was expected and what was found. */
final class Closeness {
  private Closeness() {}

  static void check(String what, Reference expected, Reference found, double relative, double absolute) {
    if (!expected.type().equals(found.type())) {
      throw new AssertionError(what + ": expected " + expected.type() + ", found " + found.type());
    }
    for (int i = 0; i < expected.data().length; i++) {
      double e = expected.at(i);
      double f = found.at(i);
      boolean same = Double.compare(e, f) == 0 || Math.abs(e - f) <= absolute + relative * Math.abs(e);
      if (!same) {
        throw new AssertionError(what + " " + expected.type() + "[" + i + "]: expected " + e + ", found " + f);
      }
    }
  }
}
