package dev.gatun.simd;

import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A structure ready to run: its tape at once, and its vector class as soon as that is warm. */
final class Kernel {
  private static final ConcurrentHashMap<Structure, Kernel> KNOWN = new ConcurrentHashMap<>();
  private static final AtomicInteger NUMBER = new AtomicInteger();
  /** Elements that a kernel must have computed before its vector class is worth making. */
  private static final long WORTH_WARMING = 4096;
  /** HotSpot never compiles a method of more bytecodes ({@code HugeMethodLimit}); such a structure stays with its tape. */
  private static final int MOST_BYTECODES = 8000;

  private static volatile boolean atOnce;

  private final Structure structure;
  private final Tape tape;
  private volatile VectorKernel vector;
  private long elements;
  private boolean queued;

  private Kernel(Structure structure) {
    this.structure = structure;
    this.tape = new Tape(structure);
  }

  static Kernel of(Structure structure) {
    return KNOWN.computeIfAbsent(structure, Kernel::new);
  }

  /** For tests: whether vector classes serve from a kernel's second call on, warm or not. */
  static void serveVectorsAtOnce(boolean yes) {
    atOnce = yes;
  }

  Structure structure() {
    return structure;
  }

  void reserve(Scratch scratch) {
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
    if (atOnce) {
      serve(generate());
    }
    tape.run(scratch.registers(), frame, rows, columns);
    // A count that threads lose now and then only delays the queueing.
    elements += (long) rows * columns;
    if (elements >= WORTH_WARMING && !queued) {
      queue();
    }
  }

  private synchronized void queue() {
    if (!queued) {
      queued = true;
      Warmer.add(this);
    }
  }

  /** Lets a vector class serve from now on. */
  void serve(VectorKernel warm) {
    vector = warm;
  }

  /** The vector class; null if it would be too large to compile. */
  VectorKernel generate() {
    var name = "Scope" + NUMBER.incrementAndGet();
    var bytes = VectorPrinter.print(structure, Machine.detected().vectorBits(),
        ClassDesc.of(Kernel.class.getPackageName(), name));
    if (bytecodes(bytes) > MOST_BYTECODES) {
      return null;
    }
    try {
      var lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (VectorKernel) lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke();
    } catch (Throwable e) {
      throw new IllegalStateException("cannot generate a kernel for " + structure, e);
    }
  }

  /** The length of the longest method. */
  private static int bytecodes(byte[] bytes) {
    return ClassFile.of().parse(bytes).methods().stream().flatMap(m -> m.code().stream())
        .mapToInt(code -> ((CodeAttribute) code).codeLength()).max().orElse(0);
  }
}
