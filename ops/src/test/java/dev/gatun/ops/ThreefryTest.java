package dev.gatun.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThreefryTest {
  /** The known answers of the generator's authors (Random123, kat_vectors, threefry2x32 20). */
  @Test
  void publishedVectors() {
    check(0, 0, 0, 0, 0x6b200159, 0x99ba4efe);
    check(-1, -1, -1, -1, 0x1cb996fc, 0xbb002be7);
    check(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0);
  }

  private static void check(int k0, int k1, int c0, int c1, int first, int second) {
    long words = Threefry.draw(k0, k1, c0, c1);
    assertEquals(first, (int) words);
    assertEquals(second, (int) (words >>> 32));
  }

  /** Draws fill [0, 1) evenly: each of 64 equal parts gets its share within five standard deviations. */
  @Test
  void unitDrawsAreEven() {
    var parts = new int[64];
    IntStream.range(0, 1 << 18).forEach(i -> parts[(int) (Threefry.unit((int) Threefry.draw(1, 2, i, 0)) * 64)]++);
    double share = (1 << 18) / 64.0;
    assertTrue(Arrays.stream(parts).allMatch(n -> Math.abs(n - share) < 5 * Math.sqrt(share)), Arrays.toString(parts));
  }
}
