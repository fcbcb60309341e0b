package dev.gatun.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Checked mode catches a kernel that writes where it should not, names it, and shows what was never written. */
class CheckedTest {
  private static final long PLAN_BYTES = 256;

  private final TensorArena arena = TensorArena.root("checked", 1 << 16);
  private final Interpreter machine = new Interpreter();

  @AfterEach
  void close() {
    arena.close();
  }

  /** The interpreter, which afterwards inverts one byte of the plan's memory. */
  private Backend faulty(long offset) {
    return new ForwardingBackend(machine) {
      @Override
      public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
        var right = super.load(plan, memory, arena, threads);
        return new Executable() {
          @Override
          public void run() {
            right.run();
            var host = memory.plan().host();
            host.set(ValueLayout.JAVA_BYTE, offset, (byte) ~host.get(ValueLayout.JAVA_BYTE, offset));
          }

          @Override
          public void close() {
            right.close();
          }
        };
      }
    };
  }

  private static TensorType f32(long size) {
    return TensorType.of(DType.F32, size);
  }

  private static Plan.Operand operand(int buffer, long offset, long size, Long... advance) {
    return new Plan.Operand(buffer, offset, f32(size), List.of(1L), List.of(advance));
  }

  /** Twice each element, or ones where there is no operand. */
  private static Plan.Run map(String origin, long size, Plan.Operand in, Plan.Operand out) {
    Expr e = in == null ? new Expr.Literal(1, DType.F32)
        : new Expr.Apply2(BinaryFn.ADD, new Expr.Input(0, DType.F32), new Expr.Input(0, DType.F32));
    var spec = new KernelSpec.Map(Shape.of(size), in == null ? List.of() : List.of(f32(size)), List.of(e));
    return new Plan.Run(spec, Choice.anyLayout("map", spec, 0, 0), in == null ? List.of() : List.of(in), List.of(out),
        -1, origin);
  }

  /** Buffers `first` at 64 and `second` at 128, of 32 bytes each. */
  private static Plan plan(Plan.Step... steps) {
    return new Plan("interpreter", List.of(new Plan.Buffer("first", Plan.Place.PLAN, 64, 32),
        new Plan.Buffer("second", Plan.Place.PLAN, 128, 32)), List.of(steps), Map.of(), Map.of(), List.of(),
        PLAN_BYTES);
  }

  private float[] run(Backend on, Plan plan) {
    var slab = machine.allocate(arena, PLAN_BYTES);
    try (var checked = new Checked(on, plan, new Backend.Memory(slab, null, null), arena, 1)) {
      checked.run();
      checked.run();
    }
    return slab.host().asSlice(128, 32).toArray(ValueLayout.JAVA_FLOAT);
  }

  @Test
  void testsRunInCheckedMode() {
    assertTrue(Checked.on());
  }

  @Test
  void aPlanInOrderGivesWhatItGivesUnchecked() {
    var plan = plan(map("a", 8, null, operand(0, 0, 8)), map("b", 8, operand(0, 0, 8), operand(1, 0, 8)));
    assertArrayEquals(new float[] {2, 2, 2, 2, 2, 2, 2, 2}, run(machine, plan));
  }

  @Test
  void whatNoStepHasWrittenIsNan() {
    var plan = plan(map("a", 4, null, operand(0, 0, 4)), map("b", 8, operand(0, 0, 8), operand(1, 0, 8)));
    assertArrayEquals(new float[] {2, 2, 2, 2, Float.NaN, Float.NaN, Float.NaN, Float.NaN}, run(machine, plan));
  }

  @Test
  void aByteBeyondAResultIsCaughtWithTheStepThatWroteIt() {
    var plan = plan(map("model.gat:3:4", 8, null, operand(0, 0, 8)));
    var fault = assertThrows(IllegalStateException.class, () -> run(faulty(96), plan));
    assertEquals("step map at model.gat:3:4 wrote outside its results, to byte 96 of the plan's memory",
        fault.getMessage());
  }

  @Test
  void aByteBeforeAResultIsCaughtToo() {
    var plan = plan(map("model.gat:3:4", 8, null, operand(0, 0, 8)));
    var fault = assertThrows(IllegalStateException.class, () -> run(faulty(63), plan));
    assertTrue(fault.getMessage().contains("byte 63"), fault::getMessage);
  }

  @Test
  void aNeighbourThatWasWrittenToIsNamed() {
    var plan = plan(map("", 8, null, operand(1, 0, 8)), map("here", 4, null, operand(0, 0, 4)));
    // The first step's result is the byte's rightful place.
    var fault = assertThrows(IllegalStateException.class, () -> run(faulty(130), plan));
    assertEquals("step map at here wrote outside its results, to byte 130 of the plan's memory, where lies second",
        fault.getMessage());
  }

  @Test
  void whatALoopReachesInAllItsTurnsIsItsResult() {
    var turns = new Plan.Repeat(4, new ArrayList<>(List.of(map("turn", 2, null, operand(1, 0, 2, 8L)))));
    assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, run(machine, plan(turns)));
    var fault = assertThrows(IllegalStateException.class, () -> run(faulty(160), plan(turns)));
    assertEquals("step map at turn wrote outside its results, to byte 160 of the plan's memory", fault.getMessage());
  }
}
