package dev.gatun.bench;

import java.util.List;
import java.util.Locale;

/**
 * A convolution over square images of f32, channels last: x [n, size, size, channels], weight [filters, channels /
 * groups, kernel, kernel]. The weight is the model's where only y is computed, as it is outside of training.
 *
 * @param origin the layer's place in its network
 * @param filtered whether minimal filtering is allowed, which changes the order of arithmetic
 */
public record Convolution(String origin, Part part, int n, int channels, int size, int filters, int kernel, int stride,
    int groups, boolean filtered) implements Written {
  /** What is computed. */
  public enum Part {
    /** y. */
    OUTPUT("y"),
    /** The gradient of x. */
    DATA("dx"),
    /** The gradient of the weight. */
    WEIGHT("dw"),
    /** y and both gradients. */
    ALL("y, dx, dw");

    private final String label;

    Part(String label) {
      this.label = label;
    }
  }

  /** A layer's output; padding keeps the size but for the stride. */
  public static Convolution of(String origin, int channels, int size, int filters, int kernel, int stride) {
    return new Convolution(origin, Part.OUTPUT, 1, channels, size, filters, kernel, stride, 1, false);
  }

  /** The same in so many groups. */
  public Convolution grouped(int number) {
    return new Convolution(origin, part, n, channels, size, filters, kernel, stride, number, filtered);
  }

  /** The same of so many images. */
  public Convolution images(int number) {
    return new Convolution(origin, part, number, channels, size, filters, kernel, stride, groups, filtered);
  }

  /** The same by minimal filtering. */
  public Convolution byFiltering() {
    return new Convolution(origin, part, n, channels, size, filters, kernel, stride, groups, true);
  }

  /** Another part of it. */
  public Convolution part(Part other) {
    return new Convolution(origin, other, n, channels, size, filters, kernel, stride, groups, filtered);
  }

  /** Zeros on each side. */
  public int pad() {
    return kernel / 2;
  }

  /** Rows and columns of y. */
  public int outSize() {
    return (size + 2 * pad() - kernel) / stride + 1;
  }

  @Override
  public String name() {
    return part.label + ", " + origin + ", " + n + "×" + size + "²×" + channels + " → " + filters + ", " + kernel + "×"
        + kernel + (stride == 1 ? "" : "/" + stride) + (groups == 1 ? "" : groups == channels ? " depthwise"
        : " in " + groups + " groups");
  }

  @Override
  public boolean isExact() {
    return !filtered;
  }

  /** Of a weight's gradient: all pixels. */
  @Override
  public long terms() {
    return part == Part.WEIGHT || part == Part.ALL ? (long) n * outSize() * outSize() : 1;
  }

  /** Minimal filtering is off by 6e-6 √channels of the mean result at most, and the largest is some four times that. */
  @Override
  public double bound() {
    return filtered ? 5e-5 : Math.max(Written.super.bound(), 2 * Agreement.chain(terms()));
  }

  @Override
  public String text() {
    boolean backward = part != Part.OUTPUT;
    var w = String.format(Locale.ROOT, "w: f32[%d, %d, %d, %d]", filters, channels / groups, kernel, kernel);
    var text = new StringBuilder(String.format(Locale.ROOT, "model conv(x: f32[%d, %d, %d, %d]%s", n, size, size,
        channels, backward ? ", " + w : ""));
    var dy = String.format(Locale.ROOT, ", dy: f32[%d, %d, %d, %d]", n, outSize(), outSize(), filters);
    text.append(backward ? dy : "").append(") {\n").append(backward ? "" : "  param " + w + " = 0\n")
        .append("  image = convolve(transpose(x, [0, 3, 1, 2]), w, stride = ").append(stride).append(", pad = ")
        .append(pad()).append(", groups = ").append(groups)
        .append(")\n  output y = transpose(image, [0, 2, 3, 1])\n");
    if (backward) {
      text.append("  loss = sum(y * dy)\n  output dx = gradient(loss, x)\n  output dw = gradient(loss, w)\n");
    }
    return text.append("}\n").toString();
  }

  @Override
  public List<String> outputs() {
    return List.of(part.label.split(", "));
  }

  @Override
  public double flops() {
    long taps = (long) taps() * taps();
    return (part == Part.ALL ? 3 : 1) * 2.0 * n * filters * (channels / groups) * taps;
  }

  /** Of one axis, over all positions: those on the image. */
  private int taps() {
    int taps = 0;
    for (int y = 0; y < outSize(); y++) {
      for (int k = 0; k < kernel; k++) {
        int at = y * stride - pad() + k;
        taps += at >= 0 && at < size ? 1 : 0;
      }
    }
    return taps;
  }
}
