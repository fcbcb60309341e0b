package dev.gatun.graph;

import dev.gatun.ops.Threefry;

/** What is drawn on the host: the order of samples. A pure function of seed and epoch. */
final class Seeds {
  private Seeds() {}

  /** A seed as one key word. */
  static int word(long seed) {
    return (int) (seed ^ seed >>> 32);
  }

  /** A permutation of 0 … count − 1, by Durstenfeld's shuffle. */
  static int[] order(long seed, int epoch, int count) {
    var order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    for (int i = count - 1; i > 0; i--) {
      long word = Threefry.draw(word(seed), epoch, i, 1) & 0xffffffffL;
      int j = (int) (word * (i + 1) >>> 32);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
