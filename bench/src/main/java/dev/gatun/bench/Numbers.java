package dev.gatun.bench;

import java.util.Random;

/** Random numbers to compute on, which depend on their seed alone. */
public final class Numbers {
  private Numbers() {}

  /** Numbers between −1 and 1. */
  public static float[] signed(int count, long seed) {
    var random = new Random(seed);
    var numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = 2 * random.nextFloat() - 1;
    }
    return numbers;
  }

  /** Whole numbers from 0 to below {@code end}. */
  public static float[] whole(int count, int end, long seed) {
    var random = new Random(seed);
    var numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextInt(end);
    }
    return numbers;
  }
}
