package dev.gatun.simd;

/**
 * Where the packed copy of an operand lies, and whether it is up to date: one step's own, packed in each run, or that of
 * a constant, which is packed when the memory that it copies has been written to.
 */
final class Packed {
  /** The memory that it copies, or null if that may change without notice. */
  private final CpuSlab source;
  private final long address;
  private volatile long writes = -1;

  Packed(CpuSlab source, long address) {
    this.source = source;
    this.address = address;
  }

  long address() {
    return address;
  }

  /** Has {@code pack} called if the copy may be out of date, by one caller at a time. */
  void refresh(Runnable pack) {
    if (source == null) {
      pack.run();
    } else if (writes != source.writes()) {
      synchronized (this) {
        long now = source.writes();
        if (writes != now) {
          pack.run();
          writes = now;
        }
      }
    }
  }
}
