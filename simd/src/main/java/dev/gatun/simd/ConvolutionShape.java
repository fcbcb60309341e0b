package dev.gatun.simd;

import dev.gatun.memory.DType;

/**
 * A 2D convolution as the trilinear form {@code sum x[n, c, iy, ix] w[o, c, kh, kw] y[n, o, oy, ox]} over all positions
 * with {@code iy = oy * stride - padBegin + kh * dilation} (likewise ix) inside the image. Fixing two of the three
 * gives the output, the data gradient or the weight gradient. 1D is height 1.
 *
 * @param c channels of x, over all groups; weights have {@code c / groups}
 * @param o channels of y, over all groups
 */
record ConvolutionShape(DType dtype, int n, int c, int h, int w, int o, Axis vertical, Axis horizontal, int groups) {
  /** One spatial axis of a convolution. */
  record Axis(int kernel, int stride, int padBegin, int padEnd, int dilation) {
    /** @throws IllegalArgumentException if a size is out of range */
    Axis {
      if (kernel < 1 || stride < 1 || padBegin < 0 || padEnd < 0 || dilation < 1) {
        throw new IllegalArgumentException("convolution axis with kernel " + kernel + ", stride " + stride + ", pads "
            + padBegin + " and " + padEnd + ", dilation " + dilation);
      }
    }

    /** Whether each position of the output has the one of the input at its place, and no other. */
    boolean isPoint() {
      return kernel == 1 && stride == 1 && padBegin == 0 && padEnd == 0;
    }

    /** Positions of the output over so many of the input. */
    int out(int in) {
      int span = in + padBegin + padEnd - (kernel - 1) * dilation - 1;
      return span < 0 ? 0 : span / stride + 1;
    }
  }

  /** Where an element lies, in elements: {@code outer} is n of an image and o of weights. */
  record Strides(long outer, long channel, long height, long width) {
    /** @throws IllegalArgumentException if one is negative, which tiles do not understand */
    Strides {
      if (outer < 0 || channel < 0 || height < 0 || width < 0) {
        throw new IllegalArgumentException("strides " + outer + ", " + channel + ", " + height + ", " + width
            + " of an image or of weights");
      }
    }

    /** The same strides in bytes. */
    Strides times(int bytes) {
      return new Strides(outer * bytes, channel * bytes, height * bytes, width * bytes);
    }
  }

  /** @throws IllegalArgumentException if a size is negative or channels do not divide into groups */
  ConvolutionShape {
    if (n < 0 || c < 0 || h < 0 || w < 0 || o < 0 || groups < 1 || c % groups != 0 || o % groups != 0) {
      throw new IllegalArgumentException("convolution of [" + n + ", " + c + ", " + h + ", " + w + "] to " + o
          + " channels in " + groups + " groups");
    }
  }

  /** Whether each channel is convolved by itself, to one channel. */
  boolean isDepthwise() {
    return groups > 1 && c == groups && o == groups;
  }

  /** Whether each pixel of y is a product of a matrix with the pixel of x at its place. */
  boolean isPointwise() {
    return groups == 1 && vertical.isPoint() && horizontal.isPoint() && pixels() <= Integer.MAX_VALUE;
  }

  /** Pixels of all images x. */
  long pixels() {
    return (long) n * h * w;
  }

  /** Whether all pixels of images as large as x lie at one distance. */
  boolean isEven(Strides image) {
    return (h <= 1 || image.height() == w * image.width()) && (n <= 1 || image.outer() == (long) h * w * image.width());
  }

  /** Height of y. */
  int outHeight() {
    return vertical.out(h);
  }

  /** Width of y. */
  int outWidth() {
    return horizontal.out(w);
  }
}
