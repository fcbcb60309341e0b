package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.memory.DType;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Choice;
import dev.gatun.ops.Grid;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Layout;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * One kernel on drawn memory: operands of drawn strides, drawn numbers, special ones among them, and noise between and
 * around them. The CPU and the interpreter run the same plan on equal memory; afterwards every byte that is no result
 * must be as it was, and the results are compared.
 */
final class Trial implements AutoCloseable {
  private static final double[] SPECIAL = {0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MIN_NORMAL, 0x1p23, 0.5, 1e10, 2147483648.0};

  private final Random random;
  private final List<Plan.Buffer> buffers = new ArrayList<>();
  private final List<Plan.Operand> in = new ArrayList<>();
  private final List<Plan.Operand> out = new ArrayList<>();
  private final TensorArena arena = TensorArena.root("trial", 1L << 30);
  private final KernelSpec spec;
  private final Choice choice;
  private final Plan plan;
  private final Backend.Slab expected;
  private final Backend.Slab got;
  private final boolean special;
  private boolean inPlace;

  /** @param special whether NaN, infinities and the like are among the numbers */
  Trial(KernelSpec spec, Random random, boolean special) {
    this(spec, random, special, new CpuBackend().choices(spec).getFirst());
  }

  Trial(KernelSpec spec, Random random, boolean special, Choice choice) {
    this.random = random;
    this.spec = spec;
    this.special = special;
    this.choice = choice;
    long end = 64;
    for (int i = 0; i < spec.in().size(); i++) {
      end = draw(spec.in().get(i), choice.in().get(i), true, end, in);
    }
    for (int i = 0; i < spec.out().size(); i++) {
      var type = spec.out().get(i);
      var twin = spec instanceof KernelSpec.Map && random.nextInt(4) == 0 ? twin(type) : null;
      if (twin != null) {
        inPlace = true;
        out.add(twin);
      } else {
        end = draw(type, choice.out().get(i), false, end, out);
      }
    }
    int workspace = -1;
    if (choice.workspaceBytes() > 0) {
      workspace = buffers.size();
      buffers.add(new Plan.Buffer("workspace", Plan.Place.PLAN, end, choice.workspaceBytes()));
      end += (choice.workspaceBytes() + 127) / 64 * 64;
    }
    plan = new Plan("cpu", buffers, List.of(new Plan.Run(spec, choice, in, out, workspace, "here")), Map.of(), Map.of(),
        List.of(), end + 64);
    expected = new CpuBackend().allocate(arena, plan.planBytes());
    got = new CpuBackend().allocate(arena, plan.planBytes());
    fill();
  }

  /** An input whose memory this result may take over: the same element for element, and used by no other result. */
  private Plan.Operand twin(TensorType type) {
    return in.stream().filter(o -> o.type().equals(type) && !out.contains(o)
        && IntStream.range(0, o.strides().size()).noneMatch(a -> o.strides().get(a) == 0 && type.shape().size(a) > 1))
        .findFirst().orElse(null);
  }

  private long draw(TensorType type, Layout layout, boolean mayRepeat, long start, List<Plan.Operand> into) {
    int rank = type.shape().rank();
    var order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    if (random.nextBoolean()) {
      Collections.shuffle(order, random);
    }
    if (!layout.isAny()) {
      order = new ArrayList<>(layout.complete(rank));
    }
    var strides = new Long[rank];
    long low = 0;
    long step = 1;
    for (int axis : order.reversed()) {
      boolean free = !layout.order().contains(axis);
      long factor = free && random.nextInt(6) == 0 ? 2 : 1;
      strides[axis] = step * factor;
      long size = Math.max(1, type.shape().size(axis));
      if (free && mayRepeat && random.nextInt(5) == 0) {
        strides[axis] = 0L;
      } else {
        step *= factor * size;
        if (free && !(spec instanceof KernelSpec.Direct) && random.nextInt(12) == 0) {
          low += (size - 1) * strides[axis];
          strides[axis] = -strides[axis];
        }
      }
      step += free && random.nextInt(6) == 0 ? 3 : 0;
    }
    int width = type.dtype().bytes();
    long bytes = step * width;
    buffers.add(new Plan.Buffer("b" + buffers.size(), Plan.Place.PLAN, start, bytes));
    into.add(new Plan.Operand(buffers.size() - 1, low * width, type, List.of(strides), List.of()));
    return start + (bytes + 63) / 64 * 64 + 64L * random.nextInt(2);
  }

  private void fill() {
    var noise = new byte[(int) plan.planBytes()];
    random.nextBytes(noise);
    got.upload(0, MemorySegment.ofArray(noise));
    for (var operand : in) {
      visit(operand, (at, number) -> Numbers.set(got.host(), operand.type().dtype(), at,
          number(operand.type().dtype())));
    }
    expected.upload(0, got.host());
  }

  private double number(DType dtype) {
    return switch (dtype) {
      case BOOL -> random.nextInt(2);
      case U8 -> random.nextInt(256);
      case I8 -> random.nextInt(256) - 128;
      case I32, I64 -> random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(40) - 20;
      default -> special && random.nextInt(8) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)]
          : random.nextInt(3) == 0 ? random.nextInt(9) - 4 : random.nextGaussian() * 4;
    };
  }

  /** Replaces an input's numbers, given their row-major number. Where a stride is 0 the last one stays. */
  void setInput(int i, java.util.function.IntToDoubleFunction numbers) {
    visit(in.get(i), (at, number) -> Numbers.set(got.host(), in.get(i).type().dtype(), at,
        numbers.applyAsDouble(number)));
    expected.upload(0, got.host());
  }

  /** Visits the byte offset in the slab of each element. */
  private interface Visitor {
    void visit(long at, int number);
  }

  private void visit(Plan.Operand operand, Visitor visitor) {
    long start = plan.buffers().get(operand.buffer()).offset() + operand.offset();
    var strides = operand.strides().stream().mapToLong(Long::longValue).toArray();
    int width = operand.type().dtype().bytes();
    Grid.forEach(operand.type().shape(), (position, number) ->
        visitor.visit(start + (long) Grid.offset(position, strides) * width, number));
  }

  /** The numbers of an input, row-major, before any run. */
  double[] input(int i) {
    return numbers(in.get(i), expected.host());
  }

  double[] numbers(Plan.Operand operand, MemorySegment memory) {
    var numbers = new double[Math.toIntExact(operand.type().shape().elements())];
    visit(operand, (at, number) -> numbers[number] = Numbers.get(memory, operand.type().dtype(), at));
    return numbers;
  }

  double[] got(int result) {
    return numbers(out.get(result), got.host());
  }

  double[] expected(int result) {
    return numbers(out.get(result), expected.host());
  }

  Plan plan() {
    return plan;
  }

  Backend.Slab memory() {
    return got;
  }

  KernelSpec spec() {
    return spec;
  }

  /** The plan on its memory, as a session runs it. */
  Backend.Executable load(int threads) {
    return new CpuBackend().load(plan, new Backend.Memory(got, null, null), arena, threads);
  }

  /** Runs on the numbers drawn, and adds the bits of all results to a digest, those of a NaN alike. */
  void digest(Backend.Executable loaded, MessageDigest into) {
    got.upload(0, expected.host());
    loaded.run();
    for (int i = 0; i < out.size(); i++) {
      for (double number : got(i)) {
        into.update(ByteBuffer.allocate(Double.BYTES).putLong(0, Double.doubleToLongBits(number)));
      }
    }
  }

  /** Runs the CPU, then checks that nothing but results changed. */
  Trial runCpu(int threads) {
    var before = got.host().toArray(ValueLayout.JAVA_BYTE);
    try (var loaded = load(threads)) {
      loaded.run();
      if (!inPlace) {
        runVectors(loaded);
      }
    }
    for (var buffer : plan.buffers()) {
      if (buffer.name().equals("workspace")) {
        System.arraycopy(got.host().asSlice(buffer.offset(), buffer.bytes()).toArray(ValueLayout.JAVA_BYTE), 0, before,
            (int) buffer.offset(), (int) buffer.bytes());
      }
    }
    for (var operand : out) {
      int width = operand.type().dtype().bytes();
      visit(operand, (at, number) -> {
        for (int b = 0; b < width; b++) {
          before[(int) at + b] = got.host().get(ValueLayout.JAVA_BYTE, at + b);
        }
      });
    }
    long mismatch = got.host().mismatch(MemorySegment.ofArray(before));
    assertEquals(-1, mismatch, () -> "byte " + mismatch + " was written that is no result: " + this);
    return this;
  }

  /**
   * Runs the plan again with vector classes: every bit must be as the tapes left it, but for those of a NaN, which Java
   * leaves to the processor (JLS 4.2.3; of two NaN operands x86 returns the first, and compilers swap them).
   */
  private void runVectors(Backend.Executable loaded) {
    var byTape = bytesWithOneNan();
    Demand.serveAtOnce(true);
    try {
      loaded.run();
      loaded.run();
    } finally {
      Demand.serveAtOnce(false);
    }
    long mismatch = MemorySegment.ofArray(bytesWithOneNan()).mismatch(MemorySegment.ofArray(byTape));
    assertEquals(-1, mismatch, () -> "vectors and tape differ at byte " + mismatch + " of the slab: " + this);
  }

  /** The slab, each NaN among the results in its canonical bits. */
  private byte[] bytesWithOneNan() {
    var bytes = got.host().toArray(ValueLayout.JAVA_BYTE);
    var memory = MemorySegment.ofArray(bytes);
    for (var operand : out) {
      var dtype = operand.type().dtype();
      visit(operand, (at, number) -> {
        if (Double.isNaN(Numbers.get(memory, dtype, at))) {
          Numbers.set(memory, dtype, at, Double.NaN);
        }
      });
    }
    return bytes;
  }

  Trial runInterpreter() {
    new Interpreter().load(plan, new Backend.Memory(expected, null, null), arena, 1).run();
    return this;
  }

  /** That both machines gave the same, up to {@code tolerance} relative to the larger of 1 and the number expected. */
  void compare(double tolerance) {
    for (int i = 0; i < out.size(); i++) {
      compare(i, expected(i), tolerance);
    }
  }

  void compare(int result, double[] expected, double tolerance) {
    var numbers = got(result);
    for (int k = 0; k < numbers.length; k++) {
      double x = expected[k];
      double y = numbers[k];
      boolean same = Double.doubleToLongBits(x) == Double.doubleToLongBits(y)
          || tolerance > 0 && (x == y || Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x)));
      if (!same) {
        fail("result " + result + " element " + k + ": expected " + x + ", got " + y + " · " + this);
      }
    }
  }

  @Override
  public String toString() {
    return choice.name() + " on " + Machine.detected().vectorBits() + " bits: " + spec + "\n in " + in + "\n out " + out;
  }

  @Override
  public void close() {
    arena.close();
  }

  /** A shape whose sizes lie at the edges of lanes and blocks, of at most about {@code most} elements. */
  static dev.gatun.memory.Shape shape(Random random, int rank, int most) {
    int[] sizes = {0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 127, 129, 511, 513, 1031};
    long left = most;
    var shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      long bound = left;
      var fitting = IntStream.of(sizes).filter(s -> s <= bound).toArray();
      shape[i] = fitting[random.nextInt(40) == 0 ? 0 : 1 + random.nextInt(fitting.length - 1)];
      left = Math.max(1, left / Math.max(1, shape[i]));
    }
    var list = new ArrayList<>(LongStream.of(shape).boxed().toList());
    Collections.shuffle(list, random);
    return dev.gatun.memory.Shape.of(list.stream().mapToLong(Long::longValue).toArray());
  }
}
