package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.BudgetException;
import dev.gatun.memory.TensorArena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the CPU's kernels need besides the plan's buffers counts against the session's budget. */
class WorkspaceTest {
  private static final Model MODEL = Model.of("""
      model seen(x: f32[32, 3, 12, 12]) {
        output y = conv(x, 16, kernel = 3) |> softmax(axis = 1) |> flatten |> linear(300)
      }
      """);

  @Test
  void packedOperandsTablesAndScratchCountAndComeBack() {
    long needed;
    try (var arena = TensorArena.root("whole", 1 << 30)) {
      load(arena);
      needed = arena.peakBytes();
      assertEquals(0, arena.usedBytes(), "bytes after the session");
    }
    try (var arena = TensorArena.root("enough", needed)) {
      load(arena);
    }
    try (var arena = TensorArena.root("too small", needed - TensorArena.ALIGNMENT)) {
      var fault = assertThrows(BudgetException.class, () -> load(arena));
      assertTrue(fault.getMessage().contains("workspace"), fault::getMessage);
      assertEquals(0, arena.usedBytes(), "bytes after the refusal");
    }
  }

  private static void load(TensorArena arena) {
    var machine = Machines.named("cpu");
    try (var own = arena.child("own");
        var predictor = new Predictor(MODEL, new Variables(machine, own, Model.saved(MODEL.elaborate(false))), own, 2);
        var session = predictor.session(Map.of())) {
      session.load(predictor.plan(Map.of(), List.of("y")));
    }
  }
}
