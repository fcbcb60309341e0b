package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.Plan;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A session in checked mode catches a kernel that writes past the end of the plan's memory, and names its place. */
class CheckedSessionTest {
  /** The interpreter, whose steps write one byte too many. */
  private static final class Careless extends ForwardingBackend {
    private Careless() {
      super(new Interpreter());
    }

    @Override
    public Executable load(Plan plan, Memory memory, TensorArena arena, int threads) {
      var right = super.load(plan, memory, arena, threads);
      return new Executable() {
        @Override
        public void run() {
          right.run();
          memory.plan().host().set(ValueLayout.JAVA_BYTE, plan.planBytes(), (byte) 1);
        }

        @Override
        public void close() {
          right.close();
        }
      };
    }
  }

  @Test
  void aWriteBeyondThePlanIsCaught() {
    var machine = new Careless();
    var model = Model.of("model doubled(x: f32[16]) { output y = x + x }");
    try (var arena = TensorArena.root("test", 1 << 20);
        var predictor = new Predictor(model, new Variables(machine, arena, Map.of()), arena, 1);
        var session = predictor.session(Map.of())) {
      var loaded = session.load(predictor.plan(Map.of(), List.of("y")));
      var fault = assertThrows(IllegalStateException.class, loaded::run);
      assertTrue(fault.getMessage().matches("step \\w+ at .*1:\\d+ wrote outside its results, .*"), fault::getMessage);
    }
  }
}
