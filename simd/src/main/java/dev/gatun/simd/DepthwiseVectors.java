package dev.gatun.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pixel by pixel, and vector by vector of channels; see {@link WindowVectors} for why no method calls another. All nine
 * weights of a vector are operands in memory of its multiply-adds.
 */
final class DepthwiseVectors implements DepthwiseLanes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final int LANES = FLOATS.length();
  private static final int BYTES = FLOATS.vectorByteSize();
  private static final long WORDS = Raw.SPACE & -Float.BYTES;
  private static final Class<? extends FloatVector> FLOAT_CLASS = FLOATS.vectorType().asSubclass(FloatVector.class);

  @Override
  public void some(DepthwiseTaps taps, long x, long w, long y, int pixels, int channels) {
    long row = taps.row();
    long tap = taps.tap();
    long weightRow = taps.weightRow();
    long weightTap = taps.weightTap();
    int height = taps.height();
    int width = taps.width();
    for (int i = 0; i < pixels; i++) {
      for (int channel = 0; channel < channels; channel += LANES) {
        long image = x + i * taps.step() + 4L * channel;
        long weights = w + channel / LANES * taps.weights() + taps.weight();
        var sum = FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, 0));
        for (int down = 0; down < height; down++) {
          long line = image + down * row;
          long weight = weights + down * weightRow;
          for (int across = 0; across < width; across++) {
            sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, line + across * tap & Raw.SPACE, Raw.ORDER)
                .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weight + across * weightTap & Raw.SPACE, Raw.ORDER),
                    sum);
          }
        }
        sum.intoMemorySegment(Raw.ALL, y + i * taps.ownStep() + 4L * channel & Raw.SPACE, Raw.ORDER);
      }
    }
  }

  @Override
  public void nine(DepthwiseTaps taps, long x, long w, long y, int pixels, int channels) {
    long row = taps.row();
    long tap = taps.tap();
    long weights = w & WORDS;
    for (int i = 0; i < pixels; i++) {
      long first = x + i * taps.step();
      long own = y + i * taps.ownStep() & WORDS;
      long x0 = first & WORDS;
      long x1 = first + tap & WORDS;
      long x2 = first + 2 * tap & WORDS;
      long x3 = first + row & WORDS;
      long x4 = first + row + tap & WORDS;
      long x5 = first + row + 2 * tap & WORDS;
      long x6 = first + 2 * row & WORDS;
      long x7 = first + 2 * row + tap & WORDS;
      long x8 = first + 2 * row + 2 * tap & WORDS;
      for (int lane = 0; lane < channels; lane += LANES) {
        // Masked, so that C2 knows that no sum with an address leaves the space, and checks none.
        long channel = lane & Integer.MAX_VALUE;
        long weight = 9 * channel;
        var sum = FLOAT_CLASS.cast(FloatVector.broadcast(FLOATS, 0));
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2), Raw.ORDER), sum);
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2) + 1 * BYTES, Raw.ORDER), sum);
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2) + 2 * BYTES, Raw.ORDER), sum);
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x3 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2) + 3 * BYTES, Raw.ORDER), sum);
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x4 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2) + 4 * BYTES, Raw.ORDER), sum);
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x5 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2) + 5 * BYTES, Raw.ORDER), sum);
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x6 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2) + 6 * BYTES, Raw.ORDER), sum);
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x7 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2) + 7 * BYTES, Raw.ORDER), sum);
        sum = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x8 + (channel << 2), Raw.ORDER)
            .fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, weights + (weight << 2) + 8 * BYTES, Raw.ORDER), sum);
        sum.intoMemorySegment(Raw.ALL, own + (channel << 2), Raw.ORDER);
      }
    }
  }
}
