package dev.gatun.simd;

import dev.gatun.simd.Structure.Use;
import java.util.Arrays;
import java.util.List;

/** Runs the kernels of a {@link Cut} structure: block by block, each on all of a block before the next. */
final class Parts {
  /** Elements of a block: each value that is kept then takes a small piece of a first-level cache. */
  private static final int BLOCK = 512;
  private static final int KEPT_BYTES = BLOCK * Long.BYTES;

  private final Structure whole;
  private final List<Cut.Part> parts;
  private final Kernel[] kernels;
  private final int kept;

  Parts(Structure whole, List<Cut.Part> parts, String origin) {
    this.whole = whole;
    this.parts = parts;
    kernels = parts.stream().map(part -> Kernel.of(part.structure(), origin)).toArray(Kernel[]::new);
    kept = parts.stream().flatMapToInt(part -> Arrays.stream(part.sources())).map(source -> -source).max()
        .orElse(0);
  }

  void reserve(Scratch scratch) {
    for (var kernel : kernels) {
      kernel.reserve(scratch);
    }
    scratch.reserveParts(parts.stream().mapToInt(part -> part.structure().frameLength()).max().orElse(0),
        (long) Math.max(0, kept) * KEPT_BYTES);
  }

  /** Whether all vector classes serve. */
  boolean isWarm() {
    for (var kernel : kernels) {
      if (!kernel.isWarm()) {
        return false;
      }
    }
    return true;
  }

  /** As {@link Kernel#run}. */
  void run(Scratch scratch, long[] frame, int rows, int columns) {
    int width = Math.min(columns, BLOCK);
    int height = BLOCK / Math.max(1, width);
    for (int row = 0; row < rows; row += height) {
      for (int column = 0; column < columns; column += width) {
        int blockRows = Math.min(height, rows - row);
        int blockColumns = Math.min(width, columns - column);
        for (int p = 0; p < kernels.length; p++) {
          place(parts.get(p), scratch, frame, row, column, blockColumns);
          kernels[p].run(scratch, scratch.partFrame(), blockRows, blockColumns);
        }
      }
    }
  }

  /** Fills a part's frame. */
  private void place(Cut.Part part, Scratch scratch, long[] frame, int row, int column, int columns) {
    var to = scratch.partFrame();
    var structure = part.structure();
    for (int s = 0; s < part.sources().length; s++) {
      int source = part.sources()[s];
      int at = Structure.start(s);
      int width = structure.strands().get(s).storage().bytes();
      if (source < 0) {
        to[at] = scratch.parts() + (-1L - source) * KEPT_BYTES;
        to[at + 1] = (long) columns * width;
        to[at + 2] = width;
      } else {
        int from = Structure.start(source);
        to[at] = frame[from] + row * frame[from + 1] + column * step(source, frame[from + 2]);
        to[at + 1] = frame[from + 1];
        to[at + 2] = frame[from + 2];
      }
    }
    System.arraycopy(frame, whole.parameter(0), to, structure.parameter(0), whole.parameters());
    to[structure.scratch()] = frame[whole.scratch()];
  }

  /** How far a strand of the whole moves from column to column. */
  private long step(int source, long laneStep) {
    var strand = whole.strands().get(source);
    if (!strand.along() || whole.isFolded(source)) {
      return 0;
    }
    return strand.use() == Use.POSITION ? laneStep : strand.storage().bytes();
  }
}
