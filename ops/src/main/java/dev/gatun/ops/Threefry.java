package dev.gatun.ops;

/**
 * Threefry-2x32 with 20 rounds: a counter-based generator (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011, section 4.2). A draw is a pure function of key and counter.
 */
public final class Threefry {
  /** Rotation distances of the rounds, two groups of four that alternate. */
  private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};
  /** The key-schedule parity word of Skein for 32 bits. */
  private static final int PARITY = 0x1BD11BDA;

  private Threefry() {}

  /** Rotation of round {@code round} (0 to 19). */
  public static int rotation(int round) {
    return ROTATIONS[round % 8];
  }

  /** The third key word. */
  public static int parity(int k0, int k1) {
    return PARITY ^ k0 ^ k1;
  }

  /** Both words: the first in the low half of the result. */
  public static long draw(int k0, int k1, int c0, int c1) {
    int x0 = c0 + k0;
    int x1 = c1 + k1;
    // The key's words in the order in which groups of rounds add them: in variables, since an array would be garbage.
    int next = k1;
    int second = parity(k0, k1);
    int third = k0;
    for (int round = 0; round < 20; round++) {
      x0 += x1;
      x1 = Integer.rotateLeft(x1, rotation(round)) ^ x0;
      if (round % 4 == 3) {
        x0 += next;
        x1 += second + round / 4 + 1;
        int used = next;
        next = second;
        second = third;
        third = used;
      }
    }
    return Integer.toUnsignedLong(x0) | (long) x1 << 32;
  }

  /** The top 24 bits of a word as a number in [0, 1). */
  public static double unit(int word) {
    return (word >>> 8) * 0x1p-24;
  }
}
