package dev.gatun.simd;

/**
 * Where the packed copy of an operand lies, and whether it is up to date: one that is packed in each run, or that of a
 * constant, which is packed when what it copies may have changed.
 */
final class Packed {
  /** When to pack anew, or null for always. */
  private final Changes source;
  private long address;
  private volatile long seen = -1;

  Packed(Changes source, long address) {
    this.source = source;
    this.address = address;
  }

  /** Decides where the copy lies; not while a plan runs. */
  void place(long decided) {
    address = decided;
  }

  long address() {
    return address;
  }

  /** Has {@code pack} called if the copy may be out of date, by one caller at a time. */
  void refresh(Runnable pack) {
    if (source == null) {
      pack.run();
    } else if (seen != source.changes()) {
      synchronized (this) {
        long now = source.changes();
        if (seen != now) {
          pack.run();
          seen = now;
        }
      }
    }
  }
}
