package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/**
 * All three members of the trilinear form, in both layouts, against loops in the defined order: every bit must agree.
 */
class ConvolutionTest {
  private static final Machine NARROW = new Machine(128, 16, 32 << 10, 64 << 10, 1);

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void everyShapeGivesTheDefinedBits(@ForAll long seed) {
    var random = new Random(seed);
    var dtype = random.nextBoolean() ? DType.F32 : DType.F64;
    var lanes = Convolution.LaneAxis.values()[random.nextInt(2)];
    int n = lanes == Convolution.LaneAxis.BATCH ? 16 * random.nextInt(6) : random.nextInt(4);
    boolean depthwise = random.nextInt(4) == 0;
    int groups = depthwise ? 1 + random.nextInt(70) : 1 + random.nextInt(3) / 2;
    var shape = new ConvolutionShape(dtype, n, depthwise ? groups : groups * random.nextInt(8), random.nextInt(9),
        random.nextInt(19), depthwise ? groups : groups * random.nextInt(20), axis(random), axis(random), groups);
    try (var arena = Arena.ofConfined()) {
      var problem = new ConvolutionProblem(new Buffers(arena, dtype), shape, lanes, random);
      problem.check(random.nextBoolean() ? Machine.detected() : NARROW);
    }
  }

  /** Channels enough on both sides that weight gradients are products of packed pixels. */
  @Property(tries = 25, shrinking = ShrinkingMode.OFF)
  void manyChannelsGiveTheDefinedBits(@ForAll long seed) {
    var random = new Random(seed);
    var dtype = random.nextInt(3) == 0 ? DType.F64 : DType.F32;
    int groups = 1 + random.nextInt(4) / 3;
    var shape = new ConvolutionShape(dtype, 1 + random.nextInt(5), groups * (16 + random.nextInt(60)),
        1 + random.nextInt(6), 1 + random.nextInt(9), groups * (16 + random.nextInt(60)), axis(random), axis(random),
        groups);
    try (var arena = Arena.ofConfined()) {
      new ConvolutionProblem(new Buffers(arena, dtype), shape, Convolution.LaneAxis.CHANNELS, random)
          .check(random.nextBoolean() ? Machine.detected() : NARROW);
    }
  }

  /**
   * 1 × 1, a product of matrices: more channels than one block of it has steps, panels that are copied because their
   * rows lie a page apart, and images of which nothing is left.
   */
  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void pointsGiveTheDefinedBits(@ForAll long seed) {
    var random = new Random(seed);
    var dtype = random.nextInt(3) == 0 ? DType.F64 : DType.F32;
    int channels = random.nextBoolean() ? random.nextInt(50) : 500 + random.nextInt(600);
    var point = new ConvolutionShape.Axis(1, 1, 0, 0, 1);
    var shape = new ConvolutionShape(dtype, random.nextInt(4), channels, random.nextInt(6), random.nextInt(9),
        random.nextInt(90), point, point, 1);
    int registers = random.nextBoolean() ? 16 : 32;
    try (var arena = Arena.ofConfined()) {
      new ConvolutionProblem(new Buffers(arena, dtype), shape, Convolution.LaneAxis.CHANNELS, random)
          .check(new Machine(Machine.detected().vectorBits(), registers, 32 << 10, 64 << 10, 1));
    }
  }

  /** One image, of so few pixels that they are one task: threads share its channels. */
  @Test
  void channelsOfOneImageAreSharedOut() {
    for (var axis : List.of(new ConvolutionShape.Axis(1, 2, 0, 0, 1), new ConvolutionShape.Axis(3, 1, 1, 1, 1),
        new ConvolutionShape.Axis(3, 2, 1, 1, 1))) {
      int size = 28 * axis.stride();
      int taps = axis.kernel() * axis.kernel();
      var shape = new ConvolutionShape(DType.F32, 1, 128, size, size, 128, axis, axis, 1);
      var in = new ConvolutionShape.Strides(128L * size * size, 1, 128L * size, 128);
      var weights = new ConvolutionShape.Strides(128L * taps, taps, axis.kernel(), 1);
      var out = new ConvolutionShape.Strides(128L * 28 * 28, 1, 128L * 28, 128);
      try (var arena = Arena.ofConfined()) {
        int tasks = Convolution.of(Machine.detected(), shape, Convolution.Role.OUTPUT, Convolution.LaneAxis.CHANNELS,
            in, weights, out, arena).tasks();
        assertTrue(tasks >= 4, shape + " is " + tasks + " tasks");
      }
    }
  }

  /** Sums of nothing, on one task and on several. */
  @Test
  void pointsOfNoChannelsAreZeros() {
    var point = new ConvolutionShape.Axis(1, 1, 0, 0, 1);
    for (int size : new int[] {5, 60}) {
      try (var arena = Arena.ofConfined()) {
        new ConvolutionProblem(new Buffers(arena, DType.F32), new ConvolutionShape(DType.F32, 2, 0, size, size, 7,
            point, point, 1), Convolution.LaneAxis.CHANNELS, new Random(1)).check(Machine.detected());
      }
    }
  }

  /**
   * Each channel by itself with 1 to 7 taps an axis: whole vectors of channels and some more, padding wider than taps and
   * images of one row or column too, one task and several, by plain Java and by vectors.
   */
  @Property(tries = 120, shrinking = ShrinkingMode.OFF)
  void tapsOfEachChannelGiveTheDefinedBits(@ForAll long seed) {
    var random = new Random(seed);
    int channels = 8 + random.nextInt(60);
    var shape = new ConvolutionShape(DType.F32, random.nextInt(4), channels, random.nextInt(9), random.nextInt(19),
        channels, taps(random), taps(random), channels);
    int level2 = random.nextBoolean() ? 512 << 10 : 4 << 10;
    checkDepthwise(shape, new Machine(Machine.detected().vectorBits(), 16, 32 << 10, level2, 1 + random.nextInt(4)),
        random.nextBoolean(), random);
  }

  /**
   * Channels enough on both sides that the weights' gradient is a product for each tap: blocks of several images, of
   * some lines of one and of parts of a line, with every stride, dilation and padding.
   */
  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void gradientsOfPackedPixelsHaveTheDefinedBits(@ForAll long seed) {
    var random = new Random(seed);
    int images = 1;
    int height = 1 + random.nextInt(3);
    int width = 1 + random.nextInt(1100);
    switch (random.nextInt(3)) {
      case 0 -> {
        images = random.nextInt(40);
        height = random.nextInt(8);
        width = random.nextInt(8);
      }
      case 1 -> {
        height = 20 + random.nextInt(20);
        width = 20 + random.nextInt(20);
      }
      default -> {
      }
    }
    var shape = new ConvolutionShape(DType.F32, images, 16 + random.nextInt(9), height, width, 16 + random.nextInt(25),
        few(random), few(random), 1);
    try (var arena = Arena.ofConfined()) {
      new ConvolutionProblem(new Buffers(arena, shape.dtype()), shape, Convolution.LaneAxis.CHANNELS, random)
          .check(Machine.detected().withCores(1 + random.nextInt(2)));
    }
  }

  private static ConvolutionShape.Axis few(Random random) {
    return new ConvolutionShape.Axis(1 + random.nextInt(3), 1 + random.nextInt(3), random.nextInt(3), random.nextInt(3),
        1 + random.nextInt(2));
  }

  private static ConvolutionShape.Axis taps(Random random) {
    return new ConvolutionShape.Axis(random.nextBoolean() ? 3 : 1 + random.nextInt(7), 1 + random.nextInt(3),
        random.nextInt(6), random.nextInt(6), 1 + random.nextInt(3));
  }

  /** Few channels of the image, whose gradient is summed in place, in bands of lines for several workers. */
  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void gradientsOfImagesOfFewChannelsHaveTheDefinedBits(@ForAll long seed) {
    var random = new Random(seed);
    var dtype = random.nextInt(3) == 0 ? DType.F64 : DType.F32;
    var shape = new ConvolutionShape(dtype, random.nextInt(3), 1 + random.nextInt(4), random.nextInt(60),
        random.nextInt(30), random.nextInt(40), taps(random), taps(random), 1);
    try (var arena = Arena.ofConfined()) {
      new ConvolutionProblem(new Buffers(arena, dtype), shape, Convolution.LaneAxis.CHANNELS, random)
          .check(Machine.detected().withCores(1 + random.nextInt(4)));
    }
  }

  /** Small images with every stride, padding and dilation, so that each set of taps that a pixel can have occurs. */
  @Test
  void nineTapsOnEveryBorderGiveTheDefinedBits() {
    for (int stride = 1; stride <= 2; stride++) {
      for (int dilation = 1; dilation <= 2; dilation++) {
        for (int size = 1; size <= 6; size++) {
          for (int pads = 0; pads < 25; pads++) {
            var across = new ConvolutionShape.Axis(3, stride, pads % 5, pads / 5, dilation);
            var shape = new ConvolutionShape(DType.F32, 2, 19, 3, size, 19, new ConvolutionShape.Axis(3, 1, 1, 1, 1),
                across, 19);
            checkDepthwise(shape, Machine.detected(), true, new Random(pads));
          }
        }
      }
    }
  }

  /** Images beyond the caches, which are walked pixel by pixel, and large ones within. */
  @Test
  void largeImagesOfEachChannelGiveTheDefinedBits() {
    var axis = new ConvolutionShape.Axis(3, 1, 1, 1, 1);
    for (int size : new int[] {40, 150}) {
      checkDepthwise(new ConvolutionShape(DType.F32, 1, 100, size, size, 100, axis, axis, 100), Machine.detected(), true,
          new Random(size));
    }
  }

  private static void checkDepthwise(ConvolutionShape shape, Machine machine, boolean byVectors, Random random) {
    Demand.serveAtOnce(byVectors);
    try (var arena = Arena.ofConfined()) {
      new ConvolutionProblem(new Buffers(arena, DType.F32), shape, Convolution.LaneAxis.CHANNELS, random)
          .check(machine);
    } finally {
      Demand.serveAtOnce(false);
    }
  }

  private static ConvolutionShape.Axis axis(Random random) {
    return new ConvolutionShape.Axis(1 + random.nextInt(5), 1 + random.nextInt(3), random.nextInt(4), random.nextInt(4),
        1 + random.nextInt(2));
  }

  @Test
  void largeImagesAreCutIntoBlocks() {
    var axis = new ConvolutionShape.Axis(3, 1, 1, 1, 1);
    var point = new ConvolutionShape.Axis(1, 1, 0, 0, 1);
    for (var shape : new ConvolutionShape[] {
        new ConvolutionShape(DType.F32, 2, 3, 70, 90, 5, axis, axis, 1),
        new ConvolutionShape(DType.F32, 20, 60, 5, 5, 70, axis, axis, 1),
        new ConvolutionShape(DType.F32, 3, 50, 14, 14, 300, point, point, 1),
        new ConvolutionShape(DType.F32, 1, 140, 5, 40, 16, axis, axis, 1),
        new ConvolutionShape(DType.F32, 1, 16, 41, 13, 125, axis, axis, 1),
        new ConvolutionShape(DType.F32, 1, 16, 4, 1100, 17, axis, axis, 1),
        new ConvolutionShape(DType.F32, 7, 140, 3, 6, 17, axis, axis, 1),
        new ConvolutionShape(DType.F32, 2, 20, 31, 40, 24, new ConvolutionShape.Axis(3, 2, 1, 1, 1), axis, 1)}) {
      try (var arena = Arena.ofConfined()) {
        new ConvolutionProblem(new Buffers(arena, shape.dtype()), shape, Convolution.LaneAxis.CHANNELS, new Random(1))
            .check(NARROW);
      }
    }
    var tall = new ConvolutionShape(DType.F32, 16, 1, 100, 60, 1, axis, axis, 1);
    try (var arena = Arena.ofConfined()) {
      new ConvolutionProblem(new Buffers(arena, tall.dtype()), tall, Convolution.LaneAxis.BATCH, new Random(2))
          .check(Machine.detected());
    }
  }

  @Test
  void largeBatchesAndManyChannelsAreCutIntoParts() {
    var axis = new ConvolutionShape.Axis(3, 1, 1, 1, 1);
    var strided = new ConvolutionShape.Axis(3, 2, 1, 0, 2);
    for (var dtype : new DType[] {DType.F32, DType.F64}) {
      for (var shape : new ConvolutionShape[] {
          new ConvolutionShape(dtype, 288, 1, 5, 40, 5, axis, axis, 1),
          new ConvolutionShape(dtype, 528, 3, 6, 7, 2, strided, axis, 1),
          new ConvolutionShape(dtype, 32, 60, 3, 4, 9, axis, axis, 1),
          new ConvolutionShape(dtype, 32, 3, 4, 3, 270, axis, strided, 1),
          new ConvolutionShape(dtype, 16, 50, 4, 3, 130, axis, axis, 1)}) {
        try (var arena = Arena.ofConfined()) {
          new ConvolutionProblem(new Buffers(arena, dtype), shape, Convolution.LaneAxis.BATCH, new Random(3))
              .check(Machine.detected());
        }
      }
    }
  }

  @Test
  void lanesMustLieSideBySide() {
    var axis = new ConvolutionShape.Axis(1, 1, 0, 0, 1);
    var shape = new ConvolutionShape(DType.F32, 16, 2, 2, 2, 2, axis, axis, 1);
    var strides = new ConvolutionShape.Strides(2, 32, 128, 64);
    try (var arena = Arena.ofConfined()) {
      var message = assertThrows(IllegalArgumentException.class, () -> Convolution.of(Machine.detected(), shape,
          Convolution.Role.OUTPUT, Convolution.LaneAxis.BATCH, strides, strides, strides, arena)).getMessage();
      assertTrue(message.contains("do not lie side by side"), message);
    }
  }

  static void aWarmConvolutionAllocatesNothing() {
    var axis = new ConvolutionShape.Axis(3, 1, 1, 1, 1);
    for (var lanes : Convolution.LaneAxis.values()) {
      for (var shape : new ConvolutionShape[] {new ConvolutionShape(DType.F32, 16, 2, 6, 6, 6, axis, axis, 1),
          new ConvolutionShape(DType.F32, 16, 19, 6, 6, 19, axis, axis, 19)}) {
        try (var arena = Arena.ofConfined()) {
          var problem = new ConvolutionProblem(new Buffers(arena, shape.dtype()), shape, lanes, new Random(3));
          Allocation.assertNone(problem.warm(Machine.detected()));
        }
      }
    }
  }
}
