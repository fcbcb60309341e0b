package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.memory.DType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;

/** One convolution in memory, the kernels for its three roles, and plain loops that define their results. */
final class ConvolutionProblem {
  private final Buffers buffers;
  private final ConvolutionShape shape;
  private final Convolution.LaneAxis lanes;
  private final ConvolutionShape.Strides xs;
  private final ConvolutionShape.Strides ys;
  private final ConvolutionShape.Strides ws;
  private final long x;
  private final long y;
  private final long w;

  ConvolutionProblem(Buffers buffers, ConvolutionShape shape, Convolution.LaneAxis lanes, Random random) {
    this.buffers = buffers;
    this.shape = shape;
    this.lanes = lanes;
    xs = image(shape.c(), shape.h(), shape.w(), random.nextInt(3));
    ys = image(shape.o(), shape.outHeight(), shape.outWidth(), random.nextInt(3));
    int c = shape.c() / shape.groups();
    int kh = shape.vertical().kernel();
    int kw = shape.horizontal().kernel();
    ws = random.nextBoolean() ? new ConvolutionShape.Strides((long) c * kh * kw, (long) kh * kw, kw, 1)
        : new ConvolutionShape.Strides(1, shape.o(), (long) shape.o() * c * kw, (long) shape.o() * c);
    x = buffers.random(size(xs, shape.n(), shape.c(), shape.h(), shape.w()), random);
    y = buffers.random(size(ys, shape.n(), shape.o(), shape.outHeight(), shape.outWidth()), random);
    w = buffers.random((long) shape.o() * c * kh * kw + 1, random);
  }

  private ConvolutionShape.Strides image(int channels, int height, int width, int pad) {
    if (lanes == Convolution.LaneAxis.BATCH) {
      long pixel = (long) channels * (shape.n() + pad);
      return new ConvolutionShape.Strides(1, shape.n() + pad, width * pixel, pixel);
    }
    long pixel = channels + pad;
    return new ConvolutionShape.Strides(height * width * pixel + pad, 1, width * pixel, pixel);
  }

  private static long size(ConvolutionShape.Strides s, int n, int c, int h, int w) {
    return n * s.outer() + c * s.channel() + h * s.height() + w * s.width() + 64;
  }

  private static long at(ConvolutionShape.Strides s, int outer, int channel, int height, int width) {
    return outer * s.outer() + channel * s.channel() + height * s.height() + width * s.width();
  }

  void check(Machine machine) {
    var outShape = new int[] {shape.n(), shape.o(), shape.outHeight(), shape.outWidth()};
    checkImage(machine, Convolution.Role.OUTPUT, x, xs, ys, outShape);
    checkImage(machine, Convolution.Role.DATA, y, ys, xs, new int[] {shape.n(), shape.c(), shape.h(), shape.w()});
    checkWeights(machine);
  }

  private void checkImage(Machine machine, Convolution.Role role, long in, ConvolutionShape.Strides ins,
      ConvolutionShape.Strides outs, int[] sizes) {
    long elements = size(outs, sizes[0], sizes[1], sizes[2], sizes[3]);
    var random = new Random(9);
    long out = buffers.random(elements, random);
    var expected = new double[(int) elements];
    Arrays.setAll(expected, i -> buffers.get(out, i));
    for (int n = 0; n < sizes[0]; n++) {
      for (int c = 0; c < sizes[1]; c++) {
        for (int i = 0; i < sizes[2]; i++) {
          for (int j = 0; j < sizes[3]; j++) {
            int to = (int) at(outs, n, c, i, j);
            expected[to] = pixel(role, n, c, i, j);
          }
        }
      }
    }
    runImage(machine, role, in, ins, out, outs);
    for (int i = 0; i < elements; i++) {
      assertEquals(expected[i], buffers.get(out, i), role + " of " + shape + " lanes " + lanes);
    }
  }

  private void runImage(Machine machine, Convolution.Role role, long in, ConvolutionShape.Strides ins, long out,
      ConvolutionShape.Strides outs) {
    try (var tables = Arena.ofConfined()) {
      var convolution = Convolution.of(machine, shape, role, lanes, ins, ws, outs, tables);
      long packed = buffers.bytes(convolution.packedBytes());
      long workspace = buffers.bytes(convolution.workspaceBytes());
      for (int task = convolution.packTasks() - 1; task >= 0; task--) {
        convolution.pack(task, 0, w, packed);
      }
      for (int task = convolution.tasks() - 1; task >= 0; task--) {
        convolution.run(task, in, packed, out, workspace);
      }
    }
  }

  /** Something that runs all three roles again and again; lives as long as the buffers. */
  Runnable warm(Machine machine) {
    var tables = buffers.arena();
    var output = Convolution.of(machine, shape, Convolution.Role.OUTPUT, lanes, xs, ws, ys, tables);
    var weights = ConvolutionWeights.of(machine, shape, lanes, xs, ys, ws, tables);
    long packed = buffers.bytes(output.packedBytes());
    long workspace = buffers.bytes(Math.max(output.workspaceBytes(), weights.workspaceBytes()));
    long gradient = weights.packedBytes() == 0 ? y : buffers.bytes(weights.packedBytes());
    return () -> {
      output.pack(0, 0, w, packed);
      output.run(0, x, packed, y, workspace);
      for (int task = 0; task < weights.packTasks(); task++) {
        weights.pack(task, y, gradient);
      }
      weights.run(0, x, gradient, w, workspace);
    };
  }

  /** Position that the output reads for a tap, -1 if padding. */
  private static int source(ConvolutionShape.Axis axis, int in, int out, int tap) {
    int at = out * axis.stride() - axis.padBegin() + tap * axis.dilation();
    return at < in ? Math.max(-1, at) : -1;
  }

  /** Position of the output that reads {@code in} with a tap, -1 if none. */
  private static int reader(ConvolutionShape.Axis axis, int in, int position, int tap) {
    for (int out = 0; out < axis.out(in); out++) {
      if (source(axis, in, out, tap) == position) {
        return out;
      }
    }
    return -1;
  }

  private double pixel(Convolution.Role role, int n, int channel, int i, int j) {
    boolean forward = role == Convolution.Role.OUTPUT;
    int c = shape.c() / shape.groups();
    int o = shape.o() / shape.groups();
    double sum = 0;
    for (int kh = 0; kh < shape.vertical().kernel(); kh++) {
      int p = forward ? source(shape.vertical(), shape.h(), i, kh) : reader(shape.vertical(), shape.h(), i, kh);
      for (int kw = 0; kw < shape.horizontal().kernel(); kw++) {
        int q = forward ? source(shape.horizontal(), shape.w(), j, kw)
            : reader(shape.horizontal(), shape.w(), j, kw);
        for (int k = 0; p >= 0 && q >= 0 && k < (forward ? c : o); k++) {
          double weight = forward ? weight(channel, k, kh, kw) : weight(channel / c * o + k, channel % c, kh, kw);
          double value = forward ? buffers.get(x, at(xs, n, channel / o * c + k, p, q))
              : buffers.get(y, at(ys, n, channel / c * o + k, p, q));
          sum = buffers.fma(weight, value, sum);
        }
      }
    }
    return sum;
  }

  private double weight(int o, int c, int kh, int kw) {
    return buffers.get(w, at(ws, o, c, kh, kw));
  }

  private void checkWeights(Machine machine) {
    int c = shape.c() / shape.groups();
    int kernelH = shape.vertical().kernel();
    int kernelW = shape.horizontal().kernel();
    long elements = (long) shape.o() * c * kernelH * kernelW;
    long dw = buffers.random(elements, new Random(10));
    try (var tables = Arena.ofConfined()) {
      var gradient = ConvolutionWeights.of(machine, shape, lanes, xs, ys, ws, tables);
      long workspace = buffers.bytes(gradient.workspaceBytes());
      long packed = gradient.packedBytes() == 0 ? y : buffers.bytes(gradient.packedBytes());
      for (int task = gradient.packTasks() - 1; task >= 0; task--) {
        gradient.pack(task, y, packed);
      }
      for (int task = gradient.tasks() - 1; task >= 0; task--) {
        gradient.run(task, x, packed, dw, workspace);
      }
    }
    for (int o = 0; o < shape.o(); o++) {
      for (int k = 0; k < c; k++) {
        for (int kh = 0; kh < kernelH; kh++) {
          for (int kw = 0; kw < kernelW; kw++) {
            int to = (int) at(ws, o, k, kh, kw);
            double expected = lanes == Convolution.LaneAxis.CHANNELS ? chainOverEntries(o, k, kh, kw)
                : BatchInnerProducts.suits(shape) ? chainOverPixels(o, k, kh, kw) : lanesOverPixels(o, k, kh, kw);
            assertEquals(expected, buffers.get(dw, to), "weights of " + shape + " lanes " + lanes);
          }
        }
      }
    }
  }

  private double chainOverEntries(int o, int c, int kh, int kw) {
    double sum = 0;
    for (int n = 0; n < shape.n(); n++) {
      for (int i = 0; i < shape.outHeight(); i++) {
        for (int j = 0; j < shape.outWidth(); j++) {
          sum = add(sum, n, o, c, kh, kw, i, j);
        }
      }
    }
    return sum;
  }

  private double chainOverPixels(int o, int c, int kh, int kw) {
    double sum = 0;
    for (int i = 0; i < shape.outHeight(); i++) {
      for (int j = 0; j < shape.outWidth(); j++) {
        for (int n = 0; n < shape.n(); n++) {
          sum = add(sum, n, o, c, kh, kw, i, j);
        }
      }
    }
    return sum;
  }

  private double lanesOverPixels(int o, int c, int kh, int kw) {
    var sums = new double[shape.dtype() == DType.F32 ? 16 : 8];
    boolean taps = shape.c() == shape.groups();
    int first = 0;
    int end = shape.outWidth();
    int block = kw / 16 * 16;
    for (int t = block; taps && t < Math.min(block + 16, shape.horizontal().kernel()); t++) {
      var run = AxisRun.ofTap(shape.horizontal(), shape.w(), t);
      first = Math.max(first, run.start());
      end = Math.min(end, run.start() + run.count());
    }
    end = Math.max(first, end);
    for (int part = 0; part < shape.n(); part += 256) {
      columns(sums, part, o, c, kh, kw, first, end);
      columns(sums, part, o, c, kh, kw, 0, first);
      columns(sums, part, o, c, kh, kw, end, shape.outWidth());
    }
    return buffers.tree(sums);
  }

  /** Adds a part of the batch over some columns of the output to the lanes. */
  private void columns(double[] lanes, int part, int o, int c, int kh, int kw, int first, int end) {
    for (int i = 0; i < shape.outHeight(); i++) {
      for (int j = first; j < end; j++) {
        for (int n = part; n < Math.min(part + 256, shape.n()); n++) {
          lanes[n % lanes.length] = add(lanes[n % lanes.length], n, o, c, kh, kw, i, j);
        }
      }
    }
  }

  private double add(double sum, int n, int o, int c, int kh, int kw, int i, int j) {
    int p = source(shape.vertical(), shape.h(), i, kh);
    int q = source(shape.horizontal(), shape.w(), j, kw);
    int channel = o / (shape.o() / shape.groups()) * (shape.c() / shape.groups()) + c;
    return p < 0 || q < 0 ? sum
        : buffers.fma(buffers.get(x, at(xs, n, channel, p, q)), buffers.get(y, at(ys, n, o, i, j)), sum);
  }
}
