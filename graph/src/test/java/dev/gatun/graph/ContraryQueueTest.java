package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/**
 * The contrary machine outside the checked mode, which looks after each step and so leaves its queue empty: several
 * runs wait at once, each with its own input, and closing waits for them.
 */
class ContraryQueueTest {
  private static final Model TOTAL = Model.of("""
      model total(x: f32[3]) {
        state sum: f32[3] = 0
        update sum = sum + x * x
        output seen = sum * 2.0
      }
      """);

  private static void queued(BiConsumer<Backend.Executable, Runnable> use) {
    var machine = new ContraryMachine();
    var graph = TOTAL.elaborate(Map.of(), false).graph();
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var model = new Variables(machine, arena, Model.saved(TOTAL.elaborate(false)));
      var plan = Planner.plan(graph, machine, model.offsets(), Map.of());
      var slab = machine.allocate(arena, plan.planBytes());
      var x = arena.allocate(DType.F32, Shape.of(3));
      var loaded = machine.load(plan, new Backend.Memory(slab, null, model.slab()), arena, 1);
      for (float value : new float[] {1, 2, 3}) {
        x.setFloats(value, 0, -value);
        slab.upload(offset(plan, plan.sources().get("x")), x.segment());
        loaded.run();
      }
      use.accept(loaded, () -> {
        model.read("sum", x);
        assertArrayEquals(new float[] {14, 0, 14}, x.toFloats());
        slab.download(offset(plan, plan.outputs().get("seen")), x.segment());
        assertArrayEquals(new float[] {28, 0, 28}, x.toFloats());
      });
    }
  }

  private static long offset(Plan plan, Plan.Operand operand) {
    return plan.buffers().get(operand.buffer()).offset() + operand.offset();
  }

  @Test
  void runsWaitUntilSomebodyLooks() {
    queued((loaded, look) -> {
      look.run();
      loaded.close();
    });
  }

  @Test
  void closingDoesTheWorkThatIsQueued() {
    queued((loaded, look) -> {
      loaded.close();
      look.run();
    });
  }

  /** A planner that passed over the layouts would not get far. */
  @Test
  void anOperandWithoutItsLayoutIsRefused() {
    var machine = new ContraryMachine();
    var model = Model.of("model pooled(x: f32[2, 3, 4, 4]) { output y = max_pool(x, 2) }");
    var plan = Planner.plan(model.elaborate(false).graph(), machine, Map.of(), Map.of());
    var steps = plan.steps().stream().map(ContraryQueueTest::rowMajor).toList();
    var wrong = new Plan(plan.machine(), plan.buffers(), steps, plan.sources(), plan.outputs(), plan.tables(),
        plan.planBytes());
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var memory = new Backend.Memory(machine.allocate(arena, plan.planBytes()), null, null);
      machine.load(plan, memory, arena, 1).close();
      var fault = assertThrows(IllegalArgumentException.class, () -> machine.load(wrong, memory, arena, 1));
      assertTrue(fault.getMessage().contains("contrary was promised"), fault::getMessage);
    }
  }

  private static Plan.Step rowMajor(Plan.Step step) {
    var run = (Plan.Run) step;
    return new Plan.Run(run.spec(), run.choice(), run.in().stream().map(ContraryQueueTest::rowMajor).toList(),
        run.out(), run.workspace(), run.origin());
  }

  private static Plan.Operand rowMajor(Plan.Operand operand) {
    List<Long> strides = Arrays.stream(operand.type().shape().rowMajorStrides()).boxed().toList();
    return new Plan.Operand(operand.buffer(), operand.offset(), operand.type(), strides, operand.advance());
  }
}
