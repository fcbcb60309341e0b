package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The constants through which kernels, written and generated, address memory by absolute address. All of it is one
 * segment over the whole address space: C2 then drops the bounds checks that it would keep per access on a sliced
 * segment. Callers check ranges once per call, before an address comes here.
 *
 * <p>Layouts are the unaligned ones: the aligned ones test the address on every access.
 */
final class Raw {
  @SuppressWarnings("restricted")
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  static final ByteOrder ORDER = ByteOrder.nativeOrder();
  static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
  /** Address of a row of zeros as wide as any tile: what sums start from that do not accumulate. */
  static final long ZEROS = Arena.global().allocate(16 * TileShape.DOT_BYTES, TileShape.DOT_BYTES).address();

  private Raw() {
  }
}
