package dev.gatun.simd;

import dev.gatun.memory.DType;
import java.lang.foreign.Arena;
import java.util.Random;

/**
 * Prints a digest of the results of products and convolutions, cold and then warm, for {@link SameBitsTest} to run with
 * vectors of each width.
 */
final class SameBits {
  private SameBits() {
  }

  /** Prints the width and one digest, or says that the digest changed as the code warmed up. */
  public static void main(String[] arguments) {
    long cold = digest(1);
    long warm = cold;
    long end = System.nanoTime() + 2_000_000_000L;
    while (warm == cold && System.nanoTime() < end) {
      warm = digest(1);
    }
    System.out.println(Machine.detected().vectorBits() + (warm == cold ? " " + cold : " changed when warm"));
  }

  /** Digest of all results, computed by so many threads. */
  static long digest(int threads) {
    long hash = 7;
    for (var dtype : new DType[] {DType.F32, DType.F64}) {
      hash = 31 * hash + product(GemmShape.dense(dtype, 65, 37, 50), threads);
      hash = 31 * hash + product(GemmShape.dense(dtype, 600, 33, 10), threads);
      hash = 31 * hash + product(new GemmShape(dtype, 1, 3, 21, 333, new GemmShape.Strides(333, 1, 0),
          new GemmShape.Strides(1, 333, 0), new GemmShape.Strides(21, 1, 0)), threads);
      for (var lanes : Convolution.LaneAxis.values()) {
        hash = 31 * hash + convolution(shape(dtype, 32, 1, 9, 1, 1), lanes, threads);
        hash = 31 * hash + convolution(shape(dtype, 32, 5, 9, 1, 1), lanes, threads);
      }
      for (int stride = 1; stride <= 2; stride++) {
        hash = 31 * hash + convolution(shape(dtype, 5, 83, 83, 83, stride), Convolution.LaneAxis.CHANNELS, threads);
      }
    }
    return hash;
  }

  private static long product(GemmShape shape, int threads) {
    try (var arena = Arena.ofShared()) {
      var buffers = new Buffers(arena, shape.dtype());
      var random = new Random(1);
      long a = buffers.random((long) shape.m() * shape.k(), random);
      long b = buffers.random((long) shape.k() * shape.n(), random);
      long c = buffers.allocate((long) shape.m() * shape.n());
      var gemm = Gemm.of(Machine.detected(), shape);
      long each = gemm.workspaceBytes() + 63 & -64;
      long workspace = buffers.bytes(each * threads);
      Team.shared().run(gemm.tasks(), threads,
          (task, worker) -> gemm.run(task, a, b, c, workspace + each * worker));
      return buffers.digest(c, (long) shape.m() * shape.n());
    }
  }

  private static ConvolutionShape shape(DType dtype, int n, int channels, int filters, int groups, int stride) {
    var axis = new ConvolutionShape.Axis(3, stride, 1, 1, 1);
    return new ConvolutionShape(dtype, n, channels, 8, 7, filters, axis, axis, groups);
  }

  private static ConvolutionShape.Strides strides(Convolution.LaneAxis lanes, int n, int channels, int height,
      int width) {
    long c = channels;
    return lanes == Convolution.LaneAxis.BATCH ? new ConvolutionShape.Strides(1, n, width * n * c, n * c)
        : new ConvolutionShape.Strides(height * width * c, 1, width * c, c);
  }

  private static long convolution(ConvolutionShape shape, Convolution.LaneAxis lanes, int threads) {
    var dtype = shape.dtype();
    int inputs = shape.c() / shape.groups();
    var xs = strides(lanes, shape.n(), shape.c(), shape.h(), shape.w());
    var ys = strides(lanes, shape.n(), shape.o(), shape.outHeight(), shape.outWidth());
    var ws = new ConvolutionShape.Strides(9L * inputs, 9, 3, 1);
    long image = (long) shape.n() * shape.c() * shape.h() * shape.w();
    long result = (long) shape.n() * shape.o() * shape.outHeight() * shape.outWidth();
    long filters = 9L * shape.o() * inputs;
    try (var arena = Arena.ofShared()) {
      var buffers = new Buffers(arena, dtype);
      var random = new Random(2);
      long x = buffers.random(image, random);
      long w = buffers.random(filters, random);
      long y = buffers.allocate(result);
      long dx = buffers.allocate(image);
      long dw = buffers.allocate(filters);
      image(Convolution.of(Machine.detected(), shape, Convolution.Role.OUTPUT, lanes, xs, ws, ys, arena), buffers, x, w,
          y, threads);
      image(Convolution.of(Machine.detected(), shape, Convolution.Role.DATA, lanes, ys, ws, xs, arena), buffers, y, w,
          dx, threads);
      var gradient = ConvolutionWeights.of(Machine.detected().withCores(threads), shape, lanes, xs, ys, ws, arena);
      long each = gradient.workspaceBytes() + 63 & -64;
      long workspace = buffers.bytes(each * threads);
      long packed = gradient.packedBytes() == 0 ? y : buffers.bytes(gradient.packedBytes());
      Team.shared().run(gradient.packTasks(), threads, (task, worker) -> gradient.pack(task, y, packed));
      Team.shared().run(gradient.tasks(), threads,
          (task, worker) -> gradient.run(task, x, packed, dw, workspace + each * worker));
      return buffers.digest(y, result) * 961 + buffers.digest(dx, image) * 31
          + buffers.digest(dw, filters);
    }
  }

  private static void image(Convolution convolution, Buffers buffers, long in, long w, long out, int threads) {
    long packed = buffers.bytes(convolution.packedBytes());
    Team.shared().run(convolution.packTasks(), threads, (task, worker) -> convolution.pack(task, worker, w, packed));
    long each = convolution.workspaceBytes() + 63 & -64;
    long workspace = buffers.bytes(each * threads);
    Team.shared().run(convolution.tasks(), threads,
        (task, worker) -> convolution.run(task, in, packed, out, workspace + each * worker));
  }
}
