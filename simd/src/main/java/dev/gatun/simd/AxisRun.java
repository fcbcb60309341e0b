package dev.gatun.simd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Positions along one axis that read the same taps: those {@code start, start + step, …}, {@code count} of them.
 * Position number i reads, for tap {@code taps[t]}, the source at {@code source + i * sourceStep + offsets[t]}; no
 * offset is negative. Taps that would read padding are not listed, so nothing is multiplied by zero and nothing is
 * copied to make room for it.
 *
 * <p>A kernel of 3 with padding has three runs: first position, inner ones, last. A data gradient with stride s has
 * s times as many, one set for each remainder.
 */
record AxisRun(int start, int step, int count, int[] taps, int source, int sourceStep, int[] offsets) {
  /** The runs of the output of a convolution, over the input of {@code in} positions. */
  static List<AxisRun> output(ConvolutionShape.Axis axis, int in) {
    return runs(axis.out(in), 1, axis.stride(), axis.kernel(), (position, tap) -> {
      int source = position * axis.stride() - axis.padBegin() + tap * axis.dilation();
      return source < in ? source : -1;
    });
  }

  /** The runs of the gradient of the input of {@code in} positions, over the gradient of the output. */
  static List<AxisRun> data(ConvolutionShape.Axis axis, int in) {
    int out = axis.out(in);
    return runs(in, axis.stride(), 1, axis.kernel(), (position, tap) -> {
      int source = position + axis.padBegin() - tap * axis.dilation();
      return source >= 0 && source % axis.stride() == 0 && source / axis.stride() < out ? source / axis.stride() : -1;
    });
  }

  /** The positions of the output that tap {@code tap} reads for: one run or none. */
  static AxisRun ofTap(ConvolutionShape.Axis axis, int in, int tap) {
    int offset = tap * axis.dilation() - axis.padBegin();
    int out = axis.out(in);
    int first = Math.clamp(Math.ceilDiv(-offset, axis.stride()), 0, out);
    int end = Math.min(out, Math.floorDiv(in - 1 - offset, axis.stride()) + 1);
    return new AxisRun(first, 1, Math.max(0, end - first), new int[] {tap}, first * axis.stride() + offset,
        axis.stride(), new int[1]);
  }

  /** The position after the last, if they lie side by side. */
  int end() {
    return start + count;
  }

  private interface Source {
    /** The position that a tap reads, negative if it is padding. */
    int at(int position, int tap);
  }

  private static List<AxisRun> runs(int positions, int step, int sourceStep, int kernel, Source source) {
    var runs = new ArrayList<AxisRun>();
    for (int phase = 0; phase < Math.min(step, positions); phase++) {
      int start = phase;
      int[] taps = taps(start, kernel, source);
      for (int p = phase + step; ; p += step) {
        int[] here = p < positions ? taps(p, kernel, source) : null;
        if (here == null || !Arrays.equals(here, taps)) {
          int at = start;
          int lowest = Arrays.stream(taps).map(t -> source.at(at, t)).min().orElse(0);
          int[] offsets = Arrays.stream(taps).map(t -> source.at(at, t) - lowest).toArray();
          runs.add(new AxisRun(start, step, (p - start) / step, taps, lowest, sourceStep, offsets));
          start = p;
          taps = here;
        }
        if (here == null) {
          break;
        }
      }
    }
    return runs;
  }

  private static int[] taps(int position, int kernel, Source source) {
    var taps = new int[kernel];
    int count = 0;
    for (int t = 0; t < kernel; t++) {
      if (source.at(position, t) >= 0) {
        taps[count++] = t;
      }
    }
    return Arrays.copyOf(taps, count);
  }
}
