package dev.gatun.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector by vector of channels, and for each pixel by pixel; see {@link WindowVectors} for why no method calls another.
 */
final class DepthwiseVectors implements DepthwiseLanes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final int LANES = FLOATS.length();
  private static final int BYTES = FLOATS.vectorByteSize();
  private static final long WORDS = Raw.SPACE & -Float.BYTES;
  private static final Class<? extends FloatVector> FLOAT_CLASS = FLOATS.vectorType().asSubclass(FloatVector.class);

  /**
   * Nine sums in registers for as long as a row is. Where a row of taps lies on padding, those of another are read, and
   * the sums are of no account. Distances are ints, masked: C2 then makes them part of an instruction's address, and as
   * these are no loop counters, leaves the loops as they are; four turns in one had pointers on the stack.
   */
  @Override
  public void weights(DepthwiseRow row, long x, long y, long sums, int top, int bottom, int left, int inner, int right,
      int channels) {
    int tap = row.tap();
    int innerAt = left * row.step();
    int rightAt = (left + inner) * row.step();
    int end = (left + inner + right) * row.step();
    int step = row.step();
    long ownStep = row.ownStep();
    long waste = sums + 3 * row.sums();
    long sums0 = top > 0 ? waste : sums;
    long sums1 = top > 1 || bottom < 2 ? waste : sums + row.sums();
    long sums2 = bottom < 3 ? waste : sums + 2 * row.sums();
    for (int lane = 0; lane < channels; lane += LANES) {
      long channel = lane & Integer.MAX_VALUE;
      long x0 = x + Math.clamp(0, top, bottom - 1) * row.row() + (channel << 2) & WORDS;
      long x1 = x + Math.clamp(1, top, bottom - 1) * row.row() + (channel << 2) & WORDS;
      long x2 = x + Math.clamp(2, top, bottom - 1) * row.row() + (channel << 2) & WORDS;
      long own = y + (channel << 2);
      long w0 = sums0 + 3 * (channel << 2) & WORDS;
      long w1 = sums1 + 3 * (channel << 2) & WORDS;
      long w2 = sums2 + 3 * (channel << 2) & WORDS;
      var sum0 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w0, Raw.ORDER);
      var sum1 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w0 + BYTES, Raw.ORDER);
      var sum2 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w0 + 2 * BYTES, Raw.ORDER);
      var sum3 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w1, Raw.ORDER);
      var sum4 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w1 + BYTES, Raw.ORDER);
      var sum5 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w1 + 2 * BYTES, Raw.ORDER);
      var sum6 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w2, Raw.ORDER);
      var sum7 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w2 + BYTES, Raw.ORDER);
      var sum8 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w2 + 2 * BYTES, Raw.ORDER);
      int at = 0;
      for (; at != innerAt; at += step) {
        long at1 = at + tap & Integer.MAX_VALUE;
        long at2 = at + tap + tap & Integer.MAX_VALUE;
        var dy = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, own & Raw.SPACE, Raw.ORDER);
        sum1 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + at1, Raw.ORDER), sum1);
        sum2 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + at2, Raw.ORDER), sum2);
        sum4 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + at1, Raw.ORDER), sum4);
        sum5 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + at2, Raw.ORDER), sum5);
        sum7 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + at1, Raw.ORDER), sum7);
        sum8 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + at2, Raw.ORDER), sum8);
        own += ownStep;
      }
      for (; at != rightAt; at += step) {
        long at0 = at & Integer.MAX_VALUE;
        long at1 = at + tap & Integer.MAX_VALUE;
        long at2 = at + tap + tap & Integer.MAX_VALUE;
        var dy = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, own & Raw.SPACE, Raw.ORDER);
        sum0 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + at0, Raw.ORDER), sum0);
        sum1 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + at1, Raw.ORDER), sum1);
        sum2 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + at2, Raw.ORDER), sum2);
        sum3 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + at0, Raw.ORDER), sum3);
        sum4 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + at1, Raw.ORDER), sum4);
        sum5 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + at2, Raw.ORDER), sum5);
        sum6 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + at0, Raw.ORDER), sum6);
        sum7 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + at1, Raw.ORDER), sum7);
        sum8 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + at2, Raw.ORDER), sum8);
        own += ownStep;
      }
      for (; at != end; at += step) {
        long at0 = at & Integer.MAX_VALUE;
        long at1 = at + tap & Integer.MAX_VALUE;
        var dy = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, own & Raw.SPACE, Raw.ORDER);
        sum0 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + at0, Raw.ORDER), sum0);
        sum1 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + at1, Raw.ORDER), sum1);
        sum3 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + at0, Raw.ORDER), sum3);
        sum4 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + at1, Raw.ORDER), sum4);
        sum6 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + at0, Raw.ORDER), sum6);
        sum7 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + at1, Raw.ORDER), sum7);
        own += ownStep;
      }
      sum0.intoMemorySegment(Raw.ALL, w0, Raw.ORDER);
      sum1.intoMemorySegment(Raw.ALL, w0 + BYTES, Raw.ORDER);
      sum2.intoMemorySegment(Raw.ALL, w0 + 2 * BYTES, Raw.ORDER);
      sum3.intoMemorySegment(Raw.ALL, w1, Raw.ORDER);
      sum4.intoMemorySegment(Raw.ALL, w1 + BYTES, Raw.ORDER);
      sum5.intoMemorySegment(Raw.ALL, w1 + 2 * BYTES, Raw.ORDER);
      sum6.intoMemorySegment(Raw.ALL, w2, Raw.ORDER);
      sum7.intoMemorySegment(Raw.ALL, w2 + BYTES, Raw.ORDER);
      sum8.intoMemorySegment(Raw.ALL, w2 + 2 * BYTES, Raw.ORDER);
    }
  }

  @Override
  public void column(DepthwiseRow row, long x, long y, long sums, int top, int bottom, int pixels, int channels) {
    int end = pixels * row.step();
    int step = row.step();
    long ownStep = row.ownStep();
    long waste = sums + 3 * row.sums();
    long sums0 = top > 0 ? waste : sums;
    long sums1 = top > 1 || bottom < 2 ? waste : sums + row.sums();
    long sums2 = bottom < 3 ? waste : sums + 2 * row.sums();
    for (int lane = 0; lane < channels; lane += LANES) {
      long channel = lane & Integer.MAX_VALUE;
      long x0 = x + Math.clamp(0, top, bottom - 1) * row.row() + (channel << 2) & WORDS;
      long x1 = x + Math.clamp(1, top, bottom - 1) * row.row() + (channel << 2) & WORDS;
      long x2 = x + Math.clamp(2, top, bottom - 1) * row.row() + (channel << 2) & WORDS;
      long own = y + (channel << 2);
      long w0 = sums0 + 3 * (channel << 2) & WORDS;
      long w1 = sums1 + 3 * (channel << 2) & WORDS;
      long w2 = sums2 + 3 * (channel << 2) & WORDS;
      var sum0 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w0, Raw.ORDER);
      var sum1 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w1, Raw.ORDER);
      var sum2 = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, w2, Raw.ORDER);
      for (int at = 0; at != end; at += step) {
        long ahead = at & Integer.MAX_VALUE;
        var dy = FloatVector.fromMemorySegment(FLOATS, Raw.ALL, own & Raw.SPACE, Raw.ORDER);
        sum0 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x0 + ahead, Raw.ORDER), sum0);
        sum1 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x1 + ahead, Raw.ORDER), sum1);
        sum2 = dy.fma(FloatVector.fromMemorySegment(FLOATS, Raw.ALL, x2 + ahead, Raw.ORDER), sum2);
        own += ownStep;
      }
      sum0.intoMemorySegment(Raw.ALL, w0, Raw.ORDER);
      sum1.intoMemorySegment(Raw.ALL, w1, Raw.ORDER);
      sum2.intoMemorySegment(Raw.ALL, w2, Raw.ORDER);
    }
  }
}
