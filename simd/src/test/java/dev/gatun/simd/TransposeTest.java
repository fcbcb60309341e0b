package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.memory.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Each element comes to its place, and nothing else is written, by vectors and without, of every width. */
class TransposeTest {
  private static final int UNTOUCHED = 0x5ca1ab1e;

  @Property(tries = 300)
  void rowsBecomeColumns(@ForAll long seed) {
    rows(new Random(seed));
  }

  @Property(tries = 300)
  void weightsLieTapByTap(@ForAll long seed) {
    weights(new Random(seed));
  }

  @Test
  void widthDoesNotMatter() throws IOException, InterruptedException {
    for (var flag : List.of("-XX:MaxVectorSize=16", "-XX:MaxVectorSize=32", "-XX:UseAVX=2")) {
      Child.run(TransposeTest.class, List.of(flag));
    }
  }

  /** The same at the width that the JVM's flags give. */
  public static void main(String[] arguments) {
    var random = new Random(1);
    for (int i = 0; i < 200; i++) {
      rows(random);
      weights(random);
    }
  }

  private static void rows(Random random) {
    int rows = random.nextInt(80);
    int columns = random.nextInt(80);
    int column = rows + random.nextInt(5);
    int targetRow = columns + random.nextInt(5);
    try (var arena = Arena.ofConfined()) {
      long source = numbered(arena, (long) column * columns);
      long target = untouched(arena, (long) targetRow * rows);
      byVectorsOrNot(random, () -> Pack.transpose(source, 4L * column, target, 4L * targetRow, rows, columns));
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < targetRow; j++) {
          assertEquals(j < columns ? j * column + i : UNTOUCHED,
              Raw.ALL.get(Raw.I32, target + 4L * (i * targetRow + j)),
              "row " + i + ", column " + j + " of " + rows + " x " + columns);
        }
      }
    }
  }

  private static void weights(Random random) {
    var role = random.nextBoolean() ? Convolution.Role.OUTPUT : Convolution.Role.DATA;
    boolean flipped = random.nextBoolean();
    var vertical = new ConvolutionShape.Axis(1 + random.nextInt(5), 1, 0, 0, 1);
    var horizontal = new ConvolutionShape.Axis(1 + random.nextInt(5), 1, 0, 0, 1);
    int taps = vertical.kernel() * horizontal.kernel();
    int c = 1 + random.nextInt(40);
    int o = 1 + random.nextInt(40);
    var shape = new ConvolutionShape(DType.F32, 1, c, 8, 8, o, vertical, horizontal, 1);
    var strides = new ConvolutionShape.Strides(1, 1, 1, 1);
    boolean dense = random.nextInt(4) > 0;
    int kernel = horizontal.kernel();
    var map = new ConvolutionMap(shape, role, strides, dense ? new ConvolutionShape.Strides(c * taps, taps, kernel, 1)
        : new ConvolutionShape.Strides(1, o, c * o * kernel, c * o), strides);
    int columns = map.outChannels();
    int channels = map.inChannels();
    int row = columns + random.nextInt(5);
    int tapRow = row * (channels + random.nextInt(3));
    try (var arena = Arena.ofConfined()) {
      long source = numbered(arena, (long) c * o * taps);
      long target = untouched(arena, (long) taps * tapRow);
      byVectorsOrNot(random,
          () -> new WeightTaps(map, flipped).copy(source, target, 4L * tapRow, 4L * row, channels, columns));
      for (int tap = 0; tap < taps; tap++) {
        for (int at = 0; at < tapRow; at++) {
          int channel = at / row;
          int column = at % row;
          int from = flipped ? taps - 1 - tap : tap;
          long place = (from / kernel * map.weights().height() + from % kernel * map.weights().width()
              + channel * map.weightIn() + column * map.weightOut()) / 4;
          assertEquals(channel < channels && column < columns ? place : UNTOUCHED,
              Raw.ALL.get(Raw.I32, target + 4L * (tap * tapRow + at)),
              role + ", tap " + tap + " of " + taps + ", channel " + channel + ", column " + column);
        }
      }
    }
  }

  private static long numbered(Arena arena, long elements) {
    long address = arena.allocate(Math.max(1, 4 * elements), 4).address();
    for (int i = 0; i < elements; i++) {
      Raw.ALL.set(Raw.I32, address + 4L * i, i);
    }
    return address;
  }

  private static long untouched(Arena arena, long elements) {
    long address = arena.allocate(Math.max(1, 4 * elements), 4).address();
    for (int i = 0; i < elements; i++) {
      Raw.ALL.set(Raw.I32, address + 4L * i, UNTOUCHED);
    }
    return address;
  }

  private static void byVectorsOrNot(Random random, Runnable copy) {
    Demand.serveAtOnce(random.nextInt(3) > 0);
    try {
      copy.run();
    } finally {
      Demand.serveAtOnce(false);
    }
  }
}
