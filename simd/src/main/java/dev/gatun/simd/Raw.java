package dev.gatun.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
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
  static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
  /** Elements of 32 and of 64 bits at their own alignment, which C2 must know or it is tested on every access. */
  static final VarHandle OPAQUE_32 = ValueLayout.JAVA_INT.varHandle();
  static final VarHandle OPAQUE_64 = ValueLayout.JAVA_LONG.varHandle();
  /**
   * All bits that the address of a pointer has in generated code, which masks pointers, and strides by
   * {@link #STRIDES}, before it adds to them. C2 then knows each access to be within {@link #ALL} and drops its check,
   * which is a way out of the code on which all vectors alive are saved: with checks methods were five times as long.
   * A masked access is checked lane by lane, unless it is known to be within the segment when C2 parses it; so its
   * address is masked on the spot. The largest tile took 4 s to compile where that check was not ruled out.
   */
  static final long SPACE = Long.MAX_VALUE >>> 1;
  /** All bits of a distance that generated code adds to a pointer, twice at most; so none is negative. */
  static final long STRIDES = SPACE >>> 2;
  /** Address of a row of zeros as wide as any tile: what sums start from that do not accumulate. */
  static final long ZEROS = Arena.global().allocate(TileShape.WIDEST, TileShape.DOT_BYTES).address();

  static {
    // C2 takes native segments for the only ones until it sees others, and then drops all kernels that it has compiled.
    MemorySegment.ofArray(new byte[0]);
  }

  private Raw() {
  }
}
