package dev.gatun.graph.plan;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Node;
import dev.gatun.ops.Scan;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The verifier refuses each kind of broken graph. */
class GraphVerifierTest {
  private static final TensorType FOUR = TensorType.of(DType.F32, 4);
  private static final TensorType TABLE = TensorType.of(DType.F32, 3, 4);

  private final Builder b = new Builder();
  private final Value x = b.source("x", Role.INPUT, FOUR);
  private final Value state = b.source("state", Role.STATE, FOUR);
  private final Value y = b.tanh(x);
  private final Value z = b.sigmoid(y);

  private static void refused(String message, List<Value> inputs, List<Node> nodes, Map<String, Value> outputs,
      Map<Value, Value> updates) {
    var fault = assertThrows(IllegalStateException.class,
        () -> GraphVerifier.verify(new Graph(inputs, nodes, outputs, updates)));
    assertTrue(fault.getMessage().startsWith(message), fault.getMessage());
  }

  @Test
  void soundGraphsPass() {
    GraphVerifier.verify(Graph.of(Map.of("z", z), Map.of(state, y)));
    GraphVerifier.verify(new Graph(List.of(x), List.of(y.node(), z.node()), Map.of("z", z), Map.of()));
  }

  @Test
  void nodesStandBehindTheirOperands() {
    refused("an operand is not there yet · unary", List.of(x), List.of(z.node(), y.node()), Map.of("z", z), Map.of());
    refused("an operand is not there yet", List.of(), List.of(y.node()), Map.of("y", y), Map.of());
    refused("a node stands twice", List.of(x), List.of(y.node(), y.node()), Map.of("y", y), Map.of());
    refused("nothing needs it · unary", List.of(x), List.of(y.node(), z.node()), Map.of("y", y), Map.of());
    refused("nothing needs it · source", List.of(x, state), List.of(y.node()), Map.of("y", y), Map.of());
  }

  @Test
  void inputsAreSourcesWithNamesOfTheirOwn() {
    refused("an input is no source", List.of(y), List.of(z.node()), Map.of("z", z), Map.of());
    refused("an input stands twice", List.of(x, x), List.of(y.node()), Map.of("y", y), Map.of());
    refused("a source is no input", List.of(), List.of(x.node(), y.node()), Map.of("y", y), Map.of());
    var twin = new Builder().source("x", Role.INPUT, TABLE);
    refused("two sources have one name", List.of(x, twin), List.of(), Map.of("x", x, "twin", twin), Map.of());
  }

  @Test
  void resultsAndUpdatesAreMade() {
    refused("a result is not made · z", List.of(x), List.of(y.node()), Map.of("z", z), Map.of());
    refused("what is updated is no input", List.of(x), List.of(), Map.of(), Map.of(state, x));
    refused("what updates it is not made", List.of(state), List.of(), Map.of(), Map.of(state, y));
    var table = b.source("table", Role.INPUT, TABLE);
    refused("an update has the type f32[3, 4]", List.of(state, table), List.of(), Map.of(), Map.of(state, table));
  }

  /** A turn knows its formals and nothing else. */
  @Test
  void bodiesReadTheirFormals() {
    var inner = new Builder();
    var slice = inner.source("slice", Role.INPUT, FOUR);
    var carry = inner.source("carry", Role.INPUT, FOUR);
    var table = b.source("table", Role.INPUT, TABLE);
    var next = inner.add(slice, carry);
    var sound = new Scan(new Scan.Body(List.of(slice), List.of(carry), List.of(), List.of(next), List.of(next)), 3,
        false);
    GraphVerifier.verify(Graph.of(Map.of("y", b.apply(sound, List.of(table, x)).getFirst()), Map.of()));

    var odd = new Scan(new Scan.Body(List.of(slice), List.of(carry), List.of(), List.of(next),
        List.of(inner.add(next, x))), 3, false);
    var scan = b.apply(odd, List.of(table, x)).getFirst();
    refused("the body of a scan reads source", List.of(table, x), List.of(scan.node()), Map.of("y", scan), Map.of());
    var twice = new Scan(new Scan.Body(List.of(slice), List.of(carry), List.of(carry), List.of(next), List.of(next)), 3,
        false);
    var other = b.apply(twice, List.of(table, x, x)).getFirst();
    refused("a formal stands twice", List.of(table, x), List.of(other.node()), Map.of("y", other), Map.of());
  }
}
