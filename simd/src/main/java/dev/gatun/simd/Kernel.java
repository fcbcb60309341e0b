package dev.gatun.simd;

import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A structure ready to run: its tape at once, and its vector class as soon as that is warm. One whose vector class
 * would be too large runs as several kernels.
 */
final class Kernel implements Warmable {
  private static final ConcurrentHashMap<Structure, Kernel> KNOWN = new ConcurrentHashMap<>();
  private static final AtomicInteger NUMBER = new AtomicInteger();
  /** HotSpot never compiles a method of more bytecodes ({@code HugeMethodLimit}). */
  private static final int MOST_BYTECODES = 8000;
  /** Bytecodes of a part at most: C2 needs twice the time and more for methods twice as long. */
  private static final int PART_BYTECODES = 4000;
  private static final int MOST_PARTS = 64;
  /** More than an instruction takes, for one vector of each value and for the rest of a row. */
  private static final int INSTRUCTION_BYTECODES = 50;
  /** What an instruction of a tape takes for an element. */
  private static final double TAPE_NANOS = 0.3;
  /** Elements of the call that is measured, and those of the calls that make HotSpot count: whole steps and a rest. */
  private static final int MEASURED = 256;
  private static final int SMALL = 3 * 16 + 3;

  private final Structure structure;
  private final Tape tape;
  private String origin;
  private Parts parts;
  private boolean prepared;
  private VectorKernel generated;
  private volatile VectorKernel vector;
  private final Demand demand = new Demand();

  private Kernel(Structure structure) {
    this.structure = structure;
    this.tape = new Tape(structure);
  }

  /** @param origin where a plan uses it; people are told of the first such place only */
  static Kernel of(Structure structure, String origin) {
    var kernel = KNOWN.computeIfAbsent(structure, Kernel::new);
    kernel.prepare(origin);
    return kernel;
  }

  private synchronized void prepare(String first) {
    if (!prepared) {
      prepared = true;
      origin = first;
      parts = isLarge() ? cut() : null;
    }
  }

  /** Printing is slow enough to be left where a look suffices. */
  private boolean isLarge() {
    int groups = VectorPrinter.groups(structure, Machine.detected().vectorBits());
    return structure.code().size() * INSTRUCTION_BYTECODES * groups > MOST_BYTECODES
        && !canBeCompiled(print(structure));
  }

  /** Whether all methods of a class are such that HotSpot compiles them. */
  static boolean canBeCompiled(byte[] type) {
    return bytecodes(type) <= MOST_BYTECODES;
  }

  /** The fewest parts that are small enough; null if no number of them is. */
  private Parts cut() {
    for (int count = 2; count <= MOST_PARTS; count++) {
      var cut = Cut.into(count, structure);
      if (cut.stream().allMatch(part -> bytecodes(print(part.structure())) <= PART_BYTECODES)) {
        return new Parts(structure, cut, origin);
      }
    }
    return null;
  }

  Structure structure() {
    return structure;
  }

  void reserve(Scratch scratch) {
    if (parts != null) {
      parts.reserve(scratch);
    }
    tape.reserve(scratch.registers());
  }

  /**
   * Computes every element of {@code rows} times {@code columns}.
   *
   * @param frame three longs per strand (start, row step and lane step in bytes, or of a position in numbers), then the
   *     parameters, then the address of scratch memory
   */
  void run(Scratch scratch, long[] frame, int rows, int columns) {
    var warm = vector;
    if (warm != null) {
      warm.run(frame, rows, columns);
      return;
    }
    if (parts != null) {
      parts.run(scratch, frame, rows, columns);
      return;
    }
    if (Demand.isAtOnce()) {
      vector = generate();
    }
    tape.run(scratch.registers(), frame, rows, columns);
    demand.add((long) rows * columns, this);
  }

  /** Whether the vector class serves. */
  boolean isWarm() {
    return parts == null ? vector != null : parts.isWarm();
  }

  @Override
  public double cost() {
    return TAPE_NANOS * demand.elements() * structure.code().size();
  }

  @Override
  public boolean renew() {
    generated = generate();
    return generated != null;
  }

  @Override
  public void serve(boolean generated) {
    vector = generated ? this.generated : null;
  }

  @Override
  public Rehearsal rehearse(Arena arena) {
    var kernel = generated;
    var frame = new long[structure.frameLength()];
    Arrays.fill(frame, 1L);
    for (int s = 0; s < structure.strands().size(); s++) {
      frame[Structure.start(s)] = arena.allocate(MEASURED * 8L, 64).address();
      frame[Structure.start(s) + 1] = 0;
    }
    frame[structure.scratch()] = arena.allocate(128, 64).address();
    return new Rehearsal() {
      @Override
      public void count() {
        for (int i = 0; i < COMPUTING_CALLS; i++) {
          kernel.run(frame, 2, SMALL);
        }
        for (int i = 0; i < TURNING_CALLS; i++) {
          kernel.run(frame, -TURNS, SMALL);
        }
      }

      @Override
      public void measured() {
        kernel.run(frame, 1, MEASURED);
      }

      @Override
      public long vectors() {
        return (long) MEASURED / VectorPrinter.lanes(structure, Machine.detected().vectorBits())
            * structure.code().size();
      }
    };
  }

  @Override
  public String toString() {
    return "a kernel of " + structure.code().size() + " instructions" + (origin == null ? "" : " for " + origin);
  }

  /** The vector class; null if it would be too large to compile. */
  VectorKernel generate() {
    var bytes = print(structure);
    if (!canBeCompiled(bytes)) {
      return null;
    }
    return Hidden.instance(bytes, VectorKernel.class);
  }

  private static byte[] print(Structure structure) {
    return VectorPrinter.print(structure, Machine.detected().vectorBits(),
        ClassDesc.of(Kernel.class.getPackageName(), "Scope" + NUMBER.incrementAndGet()));
  }

  /** The length of the longest method. */
  private static int bytecodes(byte[] bytes) {
    return ClassFile.of().parse(bytes).methods().stream().flatMap(m -> m.code().stream())
        .mapToInt(code -> ((CodeAttribute) code).codeLength()).max().orElse(0);
  }
}
