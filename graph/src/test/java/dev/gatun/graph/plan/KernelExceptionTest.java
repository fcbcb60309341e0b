package dev.gatun.graph.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.graph.Model;
import dev.gatun.ops.Choice;
import dev.gatun.ops.ForwardingBackend;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.KernelSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A machine that declines a spec: the message says which machine, what it was asked for, and of which types. */
class KernelExceptionTest {
  private static final class Idle extends ForwardingBackend {
    Idle() {
      super(new Interpreter());
    }

    @Override
    public String name() {
      return "idle";
    }

    @Override
    public List<Choice> choices(KernelSpec spec) {
      return List.of();
    }
  }

  private static void refused(String body, String message) {
    var graph = Model.of("model m(x: f32[N, 4]) { output y = " + body + " }").elaborate(Map.of("N", 2L), false).graph();
    var fault = assertThrows(KernelException.class, () -> Planner.plan(graph, new Idle(), Map.of(), Map.of()));
    assertEquals("the machine idle has no kernel for " + message, fault.getMessage());
    assertEquals("idle", fault.machine());
  }

  @Test
  void saysWhatIsMissing() {
    refused("exp(x)", "an elementwise map of f32[2, 4] to f32[2, 4] · at model:1:36");
    refused("sum(x, axis = 1)", "a reduction of f32[2, 4] to f32[2, 1] · at model:1:36");
    refused("x @ transpose(x)", "mat_mul of f32[2, 4], f32[4, 2] to f32[2, 2] · at model:1:38");
  }
}
