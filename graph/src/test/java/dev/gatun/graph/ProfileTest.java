package dev.gatun.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.plan.Planner;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Interpreter;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Profile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A profile tells of every kernel of a plan, as often as it ran, and changes no result. */
class ProfileTest {
  /** Six turns of a loop over more than one kernel; the product before it is large enough to be shared. */
  private static final String TEXT = """
      model m(x: f32[16, 6, 300], w: f32[300, 300]) {
        a = exp(x) @ w
        y, h = scan step in a, h = zeros([16, 300]) {
          h = tanh(step + h @ w)
          h
        }
        output y = softmax(y, axis = -1)
        output last = h
      }
      """;

  private static void check(Backend machine, int threads) {
    var graph = Model.of(TEXT).elaborate(Map.of(), false).graph();
    var sources = GraphRunner.sources(graph, (_, x) -> (float) (0.1 * x));
    var profile = new Profile();
    var expected = GraphRunner.run(graph, machine, threads, sources).outputs();
    var found = GraphRunner.run(graph, Machines.profiled(machine, profile), threads, sources).outputs();
    expected.forEach((name, value) -> assertArrayEquals(value.data(), found.get(name).data(), name));

    var kernels = profile.kernels();
    var runs = Lifetimes.of(Planner.plan(graph, machine, Map.of(), Map.of())).steps();
    assertEquals(runs.stream().map(Plan.Run::spec).toList(), kernels.stream().map(k -> k.run().spec()).toList());
    var calls = kernels.stream().map(Profile.Kernel::calls).toList();
    assertTrue(calls.contains(1L) && calls.contains(6L) && calls.stream().allMatch(c -> c == 1 || c == 6), "" + calls);
    assertTrue(kernels.stream().allMatch(kernel -> kernel.seconds() > 0), "a kernel took no time");

    var caller = profile.spans().stream().filter(span -> span.worker() == 0).toList();
    assertEquals(calls.stream().mapToLong(c -> c).sum(), caller.size());
    for (int i = 1; i < caller.size(); i++) {
      assertTrue(caller.get(i - 1).end() <= caller.get(i).start(), "two kernels of one caller overlap");
    }
    for (var span : profile.spans()) {
      assertTrue(span.worker() < Math.max(1, threads), "worker " + span.worker());
      assertTrue(caller.stream().anyMatch(whole -> whole.run() == span.run() && whole.start() <= span.start()
          && span.end() <= whole.end()), "a worker's part lies outside of its kernel");
    }
    profile.forget();
    assertEquals(List.of(), profile.kernels());
    assertEquals(List.of(), profile.spans());
  }

  @Test
  void theProcessorTells() {
    check(Machines.named("cpu"), 1);
    check(Machines.named("cpu"), 2);
  }

  @Test
  void theInterpreterTells() {
    check(new Interpreter(), 1);
  }
}
