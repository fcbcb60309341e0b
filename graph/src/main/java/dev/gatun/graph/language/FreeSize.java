package dev.gatun.graph.language;

/**
 * The size of a model's input from which a number came.
 *
 * @param name as the input's type writes it
 * @param input the whole input as written, for messages
 * @param exact whether the number is the size itself, not computed from it
 */
record FreeSize(String name, String input, Place place, boolean exact) {

  /** The same origin for a number that was computed. */
  FreeSize derived() {
    return exact ? new FreeSize(name, input, place, false) : this;
  }
}
