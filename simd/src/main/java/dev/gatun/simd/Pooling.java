package dev.gatun.simd;

import dev.gatun.ops.Geometry;

/**
 * The geometry of windows over one image plane; one spatial axis is a height of 1. Positions that a window shares with
 * the padding are left out by the ranges of taps.
 *
 * @param inHeight rows of the larger side, {@code inWidth} its columns
 * @param outHeight rows of windows, {@code outWidth} windows in a row
 */
record Pooling(int inHeight, int inWidth, int outHeight, int outWidth, Axis vertical, Axis horizontal) {
  /** One axis: window o covers o · stride − pad + tap · dilation for each tap. */
  record Axis(int kernel, int stride, int pad, int dilation) {
    boolean tiles(int in, int out) {
      return kernel == stride && pad == 0 && dilation == 1 && out * stride == in;
    }

    int start(int output) {
      return output * stride - pad;
    }

    /** The first tap that lies at or after the image's start. */
    int firstTap(int output) {
      int start = start(output);
      return start >= 0 ? 0 : Math.min(kernel, (-start + dilation - 1) / dilation);
    }

    /** The first tap that lies beyond an image of {@code size}. */
    int lastTap(int output, int size) {
      int room = size - start(output);
      boolean all = room > (kernel - 1) * dilation;
      return all ? kernel : room <= 0 ? 0 : Math.min(kernel, (room + dilation - 1) / dilation);
    }
  }

  static Pooling of(Geometry g, Located larger, Located smaller) {
    int rank = larger.strides().length;
    var horizontal = axis(g, rank - 3);
    var vertical = rank == 3 ? new Axis(1, 1, 0, 1) : axis(g, 0);
    return new Pooling(rank == 3 ? 1 : (int) larger.size(2), (int) larger.size(rank - 1),
        rank == 3 ? 1 : (int) smaller.size(2), (int) smaller.size(rank - 1), vertical, horizontal);
  }

  /** Whether every place of the plane lies in exactly one window. */
  boolean tiles() {
    return vertical.tiles(inHeight, outHeight) && horizontal.tiles(inWidth, outWidth);
  }

  private static Axis axis(Geometry g, int i) {
    return new Axis(g.kernel().get(i), g.stride().get(i), g.padLow().get(i), g.dilation().get(i));
  }
}
