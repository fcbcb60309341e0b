package dev.gatun.bench;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

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

  /** The same numbers in f32. */
  public static float[] floats(double[] numbers) {
    var floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** The same numbers in f64. */
  static double[] doubles(float[] numbers) {
    return IntStream.range(0, numbers.length).mapToDouble(i -> numbers[i]).toArray();
  }

  static double[] doubles(int[] numbers) {
    return Arrays.stream(numbers).asDoubleStream().toArray();
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
