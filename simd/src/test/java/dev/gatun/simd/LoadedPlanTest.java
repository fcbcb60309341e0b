package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Choice;
import dev.gatun.ops.Expr;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Loops of a plan move their operands, ranges are verified before anything runs, and an absent Vector API is said. */
class LoadedPlanTest {
  private static final int BYTES = 1024;
  private static final int FLOATS = BYTES / 4;

  private static Plan.Operand operand(long offset, long size, long stride, Long... advance) {
    return new Plan.Operand(0, offset, TensorType.of(DType.F32, size), List.of(stride), List.of(advance));
  }

  /** to = from + with, element by element. */
  private static Plan.Run add(Plan.Operand from, Plan.Operand with, Plan.Operand to) {
    var e = new Expr.Apply2(BinaryFn.ADD, new Expr.Input(0, DType.F32), new Expr.Input(1, DType.F32));
    var spec = new KernelSpec.Map(to.type().shape(), List.of(from.type(), with.type()), List.of(e));
    return new Plan.Run(spec, Choice.anyLayout("map", spec, 0, 0), List.of(from, with), List.of(to), -1,
        "model.gat:3:4");
  }

  private static Plan plan(Plan.Step... steps) {
    return new Plan("cpu", List.of(new Plan.Buffer("all", Plan.Place.PLAN, 0, BYTES)), List.of(steps), Map.of(),
        Map.of(), List.of(), BYTES);
  }

  /** The memory after a run on 0, 1, 2, …. */
  private static float[] run(Backend machine, Plan plan) {
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var slab = machine.allocate(arena, BYTES);
      for (int i = 0; i < FLOATS; i++) {
        slab.host().setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      try (var loaded = machine.load(plan, new Backend.Memory(slab, null, null), arena, 2)) {
        loaded.run();
      }
      return slab.host().toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static void meetsInterpreter(Plan plan) {
    assertArrayEquals(run(new Interpreter(), plan), run(new CpuBackend(), plan));
  }

  @Test
  void eachTurnContinuesWhereTheOneBeforeLeftOff() {
    // Running sums of rows of three.
    var plan = plan(new Plan.Repeat(20, List.of(add(operand(0, 3, 1, 12L), operand(12, 3, 1, 12L),
        operand(12, 3, 1, 12L)))));
    meetsInterpreter(plan);
    var sums = run(new CpuBackend(), plan);
    assertEquals(0 + 3 + 6 + 9, sums[9]);
  }

  @Test
  void aLoopMayRunBackwards() {
    meetsInterpreter(plan(new Plan.Repeat(10, List.of(add(operand(40 * 4, 2, 1, -8L), operand(42 * 4, 2, 1, -8L),
        operand(100 * 4, 2, 1, -16L))))));
  }

  @Test
  void loopsMayLieInLoopsBesideStepsThatStay() {
    var stays = add(operand(0, 4, 1), operand(16, 4, 1), operand(0, 4, 1));
    var inner = new Plan.Repeat(3, List.of(add(operand(64, 2, 1, 32L, 8L), operand(0, 2, 0, 0L, 4L),
        operand(512, 2, 1, 48L, 16L))));
    meetsInterpreter(plan(stays, new Plan.Repeat(4, List.of(inner)), stays));
  }

  @Test
  void aLoopOfNoTurnsDoesNothing() {
    var beyond = operand(BYTES, 8, 1, 64L);
    var plan = plan(new Plan.Repeat(0, List.of(add(beyond, beyond, beyond))));
    assertEquals(5, run(new CpuBackend(), plan)[5]);
  }

  @Test
  void aRangeThatLeavesItsBufferInTheLastTurnIsRefusedBeforeTheFirst() {
    var right = operand(0, 4, 1, 0L);
    var wrong = operand(BYTES - 16 * 9, 4, 1, 16L);
    var plan = plan(new Plan.Repeat(10, List.of(add(right, right, wrong))));
    var fault = assertThrows(IllegalStateException.class, () -> run(new CpuBackend(), plan));
    assertTrue(fault.getMessage().startsWith("step map at model.gat:3:4: operand "), fault::getMessage);
    assertTrue(fault.getMessage().contains("to 1040"), fault::getMessage);
    assertEquals(FLOATS, run(new CpuBackend(), plan(new Plan.Repeat(9, List.of(add(right, right, wrong))))).length);
  }

  @Test
  void aRangeThatStartsBeforeItsBufferIsRefused() {
    var backwards = operand(8, 4, -1);
    var plan = plan(add(backwards, backwards, operand(64, 4, 1)));
    var fault = assertThrows(IllegalStateException.class, () -> run(new CpuBackend(), plan));
    assertTrue(fault.getMessage().contains("from byte -4"), fault::getMessage);
  }

  /** Without the Vector API the machine says so, with the flag that mends it, and runs nothing. */
  @Test
  void anAbsentVectorApiIsSaidInOneSentence() throws IOException, InterruptedException {
    var sentence = "cpu: the Vector API is not in this JVM; launch it with --add-modules jdk.incubator.vector";
    assertEquals(Collections.nCopies(2, "false " + sentence), Child.runPlain(LoadedPlanTest.class, List.of()));
    assertTrue(new CpuBackend().available());
  }

  /** Prints what the machine says of itself, and what it says when it shall run a plan. */
  public static void main(String[] arguments) {
    var machine = new CpuBackend();
    System.out.println(machine.available() + " " + machine.description());
    var one = new KernelSpec.Map(Shape.SCALAR, List.of(), List.of(new Expr.Literal(1, DType.F32)));
    var offered = machine.choices(one);
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var memory = new Backend.Memory(machine.allocate(arena, BYTES), null, null);
      machine.load(plan(), memory, arena, 1);
      System.out.println("ran " + offered);
    } catch (IllegalStateException e) {
      System.out.println(machine.available() + " " + e.getMessage());
    }
  }
}
